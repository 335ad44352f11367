//go:build unix && !linux

package intake

import "testing"

// asNobody runs f as whoever runs the test, who is not root.
func asNobody(_ *testing.T, f func()) { f() }
