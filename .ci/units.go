//go:build ignore

// Command units makes an inbox for the tests of scale: copies of the samples'
// clean workbook under the names of as many invented units, and their roster.
//
//	go run .ci/units.go DIR 400
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/ooxml"
)

const sample = "株洲市渌口区信访局"

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: go run .ci/units.go DIR COUNT")
	}
	count, err := strconv.Atoi(os.Args[2])
	check(err)
	inbox := filepath.Join(os.Args[1], "收件")
	check(os.MkdirAll(inbox, 0o755))
	data, err := os.ReadFile(filepath.Join("samples/信访局改正后/收件", sample+".xlsx"))
	check(err)
	pkg, err := ooxml.Open(data, ooxml.DefaultLimits())
	check(err)
	roster := excelize.NewFile()
	row := func(n int, cells ...any) { check(roster.SetSheetRow("Sheet1", fmt.Sprintf("A%d", n), &cells)) }
	row(1, "单位编码", "单位名称")
	for i := range count {
		name := fmt.Sprintf("青岚区第%s局", chinese(i+1))
		row(i+2, fmt.Sprint(400000+i), name)
		changed := map[string][]byte{}
		for _, part := range pkg.Names() {
			if old, ok := pkg.Part(part); ok && bytes.Contains(old, []byte(sample)) {
				changed[part] = bytes.ReplaceAll(old, []byte(sample), []byte(name))
			}
		}
		if len(changed) == 0 {
			log.Fatalf("the sample does not name %s", sample)
		}
		book, err := pkg.Rewrite(changed, nil)
		check(err)
		check(os.WriteFile(filepath.Join(inbox, name+".xlsx"), book, 0o644))
	}
	check(roster.SaveAs(filepath.Join(os.Args[1], "单位名册.xlsx")))
}

// chinese spells a number digit by digit.
func chinese(n int) string {
	return strings.NewReplacer("0", "〇", "1", "一", "2", "二", "3", "三", "4", "四", "5", "五", "6", "六", "7", "七", "8", "八", "9", "九").Replace(fmt.Sprintf("%03d", n))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
