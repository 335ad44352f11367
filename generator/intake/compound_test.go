package intake

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// TestInspect: LibreOffice would read each of these as a workbook that says less.
func TestInspect(t *testing.T) {
	t.Parallel()
	whole := read(t, "testdata/saved-as.xls")
	if d := inspect(whole); d != nil {
		t.Fatal(d)
	}
	const damaged = "文件是旧版表格（.xls 或 .et），内容不完整或已损坏，可能没有传完。请用 Excel 或 WPS 打开原文件，核对内容后另存为 .xlsx 再重新报送"
	say := func(name string, bad []byte, want string) {
		t.Helper()
		if d := inspect(bad); d == nil || d.Message != want {
			t.Errorf("%s: %v", name, d)
		}
	}
	for n := 0; n < len(whole); n += 100 {
		say("cut off", whole[:n], damaged)
	}
	// A sector lost in transfer: what follows moves up.
	for n := 512; n+512 < len(whole); n += 512 {
		say("a sector lost", append(bytes.Clone(whole[:n]), whole[n+512:]...), damaged)
	}
	// The workbook's own records, which are in order in this file.
	c := &compoundFile{data: whole}
	if !c.open() {
		t.Fatal("not opened")
	}
	stream, ok := c.workbook()
	if !ok {
		t.Fatal("no workbook")
	}
	if whole, locked := records(stream); !whole || locked {
		t.Fatalf("whole %v, locked %v", whole, locked)
	}
	for at := 0; at+4 <= len(stream); {
		size := int(binary.LittleEndian.Uint16(stream[at+2:]))
		if whole, _ := records(stream[:at]); whole {
			t.Errorf("whole without what follows %d", at)
		}
		if kind := binary.LittleEndian.Uint16(stream[at:]); kind == recordEnd {
			if whole, _ := records(append(bytes.Clone(stream[:at]), stream[at+4+size:]...)); whole {
				t.Errorf("whole without the end at %d", at)
			}
		}
		at += 4 + size
	}
	password := append(bytes.Clone(stream[:8+int(binary.LittleEndian.Uint16(stream[2:]))-4]), 0x2F, 0, 0, 0)
	if _, locked := records(password); !locked {
		t.Error("a password is not seen")
	}
	if whole, _ := records(append(bytes.Clone(stream), make([]byte, 40)...)); !whole {
		t.Error("zeros behind the end are harmless")
	}
	if whole, _ := records(nil); whole {
		t.Error("nothing is whole")
	}
}

// FuzzInspect: nothing that is sent stops the run.
func FuzzInspect(f *testing.F) {
	whole := read(f, "testdata/saved-as.xls")
	f.Add(whole)
	f.Add(whole[:3000])
	f.Add(whole[:512])
	f.Fuzz(func(t *testing.T, data []byte) {
		if d := inspect(data); d != nil && d.Message == "" {
			t.Error("no message")
		}
	})
}
