package generator

import (
	"errors"
	"io/fs"
	"syscall"
)

// Trouble is trouble with the machine, in words for whoever runs it. It stops a
// run at once, and never becomes a finding of a unit.
type Trouble struct {
	Code   string // ENOSPC
	What   string // 磁盘已满
	Advice string // what to do
}

// troubles are told apart in this order.
var troubles = []struct {
	is []error
	Trouble
}{
	{[]error{syscall.ENOSPC, syscall.EDQUOT}, Trouble{"ENOSPC", "磁盘已满", "请腾出空间后再运行一次，已发布的文件不受影响"}},
	{[]error{syscall.EROFS}, Trouble{"EROFS", "磁盘是只读的", "请换一个可以写入的成果文件夹，或者把磁盘重新挂载为可写后再运行一次"}},
	{[]error{syscall.EXDEV}, Trouble{"EXDEV", "成果文件夹里有别的磁盘", "成果文件夹要整个放在一块磁盘上：请移走里面挂载或链接的文件夹后再运行一次"}},
	{[]error{syscall.EMFILE, syscall.ENFILE}, Trouble{"EMFILE", "同时打开的文件太多", "请用 --workers 减少同时处理的单位，或者提高系统的限制（ulimit -n）后再运行一次"}},
	{[]error{syscall.ESTALE}, Trouble{"ESTALE", "网络共享的连接失效了", "请重新连接（挂载）共享文件夹后再运行一次，已发布的文件不受影响"}},
	{[]error{syscall.EIO}, Trouble{"EIO", "磁盘或网络共享读写出错", "请检查磁盘和网络后再运行一次，已发布的文件不受影响"}},
	{[]error{syscall.ETIMEDOUT, syscall.EBUSY}, Trouble{"EBUSY", "磁盘或网络共享没有响应", "请稍后再运行一次，已发布的文件不受影响"}},
	{[]error{syscall.ENAMETOOLONG}, Trouble{"ENAMETOOLONG", "路径太长", "请把成果放到路径更短的文件夹里"}},
	{[]error{fs.ErrPermission}, Trouble{"EACCES", "没有权限", "请检查这个文件或文件夹的权限后再运行"}},
	{[]error{syscall.ENOTDIR, fs.ErrExist}, Trouble{"ENOTDIR", "同名的文件占了文件夹的位置", "请移走后再运行"}},
	{[]error{syscall.ENOMEM}, Trouble{"ENOMEM", "内存不足", "请用 --workers 减少同时处理的单位后再运行一次"}},
}

// TroubleOf says what an error means for the machine; false for any other error.
func TroubleOf(err error) (Trouble, bool) {
	if err == nil {
		return Trouble{}, false
	}
	for _, t := range troubles {
		for _, is := range append(t.is, sameOnThisSystem[t.Code]...) {
			if errors.Is(err, is) {
				return t.Trouble, true
			}
		}
	}
	return Trouble{}, false
}
