package generator

import "syscall"

// sameOnThisSystem are the numbers by which Windows tells the same.
var sameOnThisSystem = map[string][]error{
	"ENOSPC": {syscall.Errno(112), syscall.Errno(39)}, // disk full, handle disk full
	"EROFS":  {syscall.Errno(19)},                     // write protected
	"EXDEV":  {syscall.Errno(17)},                     // not the same device
	"EMFILE": {syscall.Errno(4)},                      // too many open files
	"ESTALE": {syscall.Errno(53), syscall.Errno(64)},  // network path not found, network name deleted
	"EIO":    {syscall.Errno(23), syscall.Errno(1117)},
	"EBUSY":  {syscall.Errno(32), syscall.Errno(33), syscall.Errno(121)}, // in use, locked, timed out
}
