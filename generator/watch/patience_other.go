//go:build !windows

package watch

func patiently(f func() error) error { return f() }
