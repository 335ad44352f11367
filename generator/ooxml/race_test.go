//go:build race

package ooxml_test

// raced says that the race detector slows the tests.
const raced = true
