//go:build race

package intake

// raced says that the race detector slows the tests.
const raced = true
