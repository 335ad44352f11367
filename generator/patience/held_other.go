//go:build !windows

package patience

func patiently(f func() error) error { return f() }
