//go:build !windows

package generator

var sameOnThisSystem map[string][]error
