package generator_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jixiao/generator/intake"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

// sending is what one unit sends: files by name.
type sending struct {
	name  string
	files map[string][]byte
	field string
	value string
	says  []string // beside those of the clean workbook
}

// twin adds a copy of the project's sheet to the workbook, changed by edits.
func twin(edits ...edit) edit {
	return func(d *draft) {
		d.t.Helper()
		text := d.part(jobSheet)
		for _, e := range edits {
			e(d)
		}
		copied := d.part(jobSheet)
		d.parts[jobSheet] = []byte(text)
		d.parts["xl/worksheets/sheet4.xml"] = []byte(copied)
		d.replace(bookPart, "</sheets>", `<sheet name="项目副本" sheetId="4" r:id="rId40"></sheet></sheets>`)
		d.replace("xl/_rels/workbook.xml.rels", "</Relationships>", `<Relationship Id="rId40" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet4.xml"></Relationship></Relationships>`)
		d.replace("[Content_Types].xml", "</Types>", `<Override PartName="/xl/worksheets/sheet4.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"></Override></Types>`)
	}
}

// strict writes the workbook as Strict Open XML names its parts.
func strict(t *testing.T) []byte {
	t.Helper()
	p := cleanBook()
	changed := map[string][]byte{}
	for _, name := range p.Names() {
		text, _ := p.Part(name)
		text = bytes.ReplaceAll(text, []byte("http://schemas.openxmlformats.org/spreadsheetml/2006/main"), []byte("http://purl.oclc.org/ooxml/spreadsheetml/main"))
		text = bytes.ReplaceAll(text, []byte("http://schemas.openxmlformats.org/officeDocument/2006/relationships"), []byte("http://purl.oclc.org/ooxml/officeDocument/relationships"))
		changed[name] = text
	}
	data, err := p.Rewrite(changed, nil)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// macros is the workbook as .xlsm.
func macros(t *testing.T) []byte {
	t.Helper()
	p := cleanBook()
	types, _ := p.Part("[Content_Types].xml")
	const plain, enabled = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
	if !bytes.Contains(types, []byte(plain)) {
		t.Fatal("the sample is no plain workbook")
	}
	data, err := p.Rewrite(map[string][]byte{"[Content_Types].xml": bytes.ReplaceAll(types, []byte(plain), []byte(enabled))}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

const (
	early = "2023-03-01T02:00:00Z"
	late  = "2023-03-20T16:30:00Z"
)

func TestQuirksOfFiles(t *testing.T) {
	t.Parallel()
	clean := edited(t, nil)
	total := func(digits, saving string) []byte {
		return edited(t, []edit{at("H28", num(digits, asGeneral)), saved(saving)})
	}
	executed := func(digits, saving string) []byte {
		return edited(t, []edit{on(jobSheet, "D8", num(digits, asGeneral)), saved(saving)})
	}
	for _, q := range []sending{
		{"同一份报了两次", map[string][]byte{ownFile: clean, "水务局 副本.xlsx": clean}, "总分", "数 99.52", []string{
			"-提示 R-CM-05@G6 “预算执行分值”：“10分”读作10。请按表样填写",
			"提示 R-CM-05@水务局 副本.xlsx:G6 “预算执行分值”：“10分”读作10。请按表样填写",
			"提示 R-ID-05@ 这份报送件里的《整体支出绩效自评表》与《水务局 副本.xlsx》里的完全相同，只用其中一份",
			"提示 R-ID-05@ 这份报送件里的《自评报告》与《水务局 副本.xlsx》里的完全相同，只用其中一份",
			"提示 R-ID-05@项目支出绩效自评表!C4 这份报送件里的“小型水库除险加固”与《水务局 副本.xlsx》里的完全相同，只算一份",
		}},
		{"后保存的代替先保存的", map[string][]byte{ownFile: total("99.52", late), "水务局 旧.xlsx": total("89", early)}, "总分", "数 99.52", []string{
			"提示 R-ID-05@水务局 旧.xlsx: 这份报送件里的《整体支出绩效自评表》（2023年3月1日10:00:00保存）与《水务局.xlsx》里的（2023年3月21日00:30:00保存）不同，已用后保存的一份代替，请核对以哪一份为准",
			"提示 R-ID-05@水务局 旧.xlsx: 这份报送件里的《自评报告》与《水务局.xlsx》里的完全相同，只用其中一份",
			"提示 R-ID-05@水务局 旧.xlsx:项目支出绩效自评表!C4 这份报送件里的“小型水库除险加固”与《水务局.xlsx》里的完全相同，只算一份",
		}},
		{"只改了项目", map[string][]byte{ownFile: executed("600", late), "水务局 旧.xlsx": executed("500", early)}, "项目1.财政拨款年初预算数", "数 600", []string{
			"提示 R-ID-05@水务局 旧.xlsx: 这份报送件里的《整体支出绩效自评表》与《水务局.xlsx》里的完全相同，只用其中一份",
			"提示 R-ID-05@水务局 旧.xlsx: 这份报送件里的《自评报告》与《水务局.xlsx》里的完全相同，只用其中一份",
			"提示 R-ID-05@水务局 旧.xlsx:项目支出绩效自评表!C4 这份报送件里的“小型水库除险加固”（2023年3月1日10:00:00保存）与《水务局.xlsx》里的（2023年3月21日00:30:00保存）不同，已用后保存的一份代替，请核对以哪一份为准",
		}},
		{"分不出先后而不一致", map[string][]byte{ownFile: total("99.52", late), "水务局（1）.xlsx": total("89", late)}, "总分", "数 99.52", []string{
			"错误 R-ID-05@水务局（1）.xlsx:H28 “总分”在报送件《水务局.xlsx》的 H28 填的是“99.52”，本件填的是“89”。同一单位报送了两份不一致的表，请只保留正确的一份",
			"提示 R-ID-05@水务局（1）.xlsx: 这份报送件里的《自评报告》与《水务局.xlsx》里的完全相同，只用其中一份",
			"提示 R-ID-05@水务局（1）.xlsx:项目支出绩效自评表!C4 这份报送件里的“小型水库除险加固”与《水务局.xlsx》里的完全相同，只算一份",
		}},
		{"项目分不出先后而不一致", map[string][]byte{ownFile: executed("600", late), "水务局（1）.xlsx": executed("500", late)}, "项目1.财政拨款年初预算数", "数 600", []string{
			"错误 R-ID-05@水务局（1）.xlsx:项目支出绩效自评表!C4 “小型水库除险加固”报送了两份且内容不一致：《水务局.xlsx》的“项目支出绩效自评表”和《水务局（1）.xlsx》的“项目支出绩效自评表”。请只保留正确的一份",
			"提示 R-ID-05@水务局（1）.xlsx: 这份报送件里的《整体支出绩效自评表》与《水务局.xlsx》里的完全相同，只用其中一份",
			"提示 R-ID-05@水务局（1）.xlsx: 这份报送件里的《自评报告》与《水务局.xlsx》里的完全相同，只用其中一份",
		}},
		{"同簿里同一项目两张相同", map[string][]byte{ownFile: edited(t, []edit{twin()})}, "项目1.全年执行数", "数 670", []string{
			"提示 R-ID-05@项目副本!C4 “小型水库除险加固”报送了两份，内容相同：《水务局.xlsx》的“项目支出绩效自评表”和《水务局.xlsx》的“项目副本”，只算一份",
		}},
		{"同簿里同一项目两张不同", map[string][]byte{ownFile: edited(t, []edit{twin(on(jobSheet, "D8", num("500", asGeneral)))})}, "项目1.财政拨款年初预算数", "数 600", []string{
			"错误 R-ID-05@项目副本!C4 “小型水库除险加固”报送了两份且内容不一致：《水务局.xlsx》的“项目支出绩效自评表”和《水务局.xlsx》的“项目副本”。请只保留正确的一份",
		}},
		{"同簿里两个项目", map[string][]byte{ownFile: edited(t, []edit{twin(on(jobSheet, "C4", str("河道治理")))})}, "项目2.全年执行数", "数 670", nil},
		{"严格格式", map[string][]byte{ownFile: strict(t)}, "总分", "数 99.52", nil},
		{"带宏", map[string][]byte{ownFile: macros(t)}, "总分", "数 99.52", nil},
		{"其实是网页", map[string][]byte{ownFile: []byte("<html><body><table><tr><td>年度</td></tr></table></body></html>")}, "总分", "空", []string{
			"-提示 R-CM-05@G6 “预算执行分值”：“10分”读作10。请按表样填写",
			"错误 R-CM-08@ 文件实际是网页（HTML），不是 Excel 工作簿。请用 Excel 或 WPS 打开后另存为 .xlsx 再重新报送",
		}},
		{"其实是CSV", map[string][]byte{ownFile: []byte("\xc4\xea\xb6\xc8,2022\r\n\xd7\xdc\xb7\xd6,98\r\n")}, "总分", "空", []string{
			"-提示 R-CM-05@G6 “预算执行分值”：“10分”读作10。请按表样填写",
			"错误 R-CM-08@ 文件实际是纯文本（如导出的 CSV），不是 Excel 工作簿。请用 Excel 或 WPS 打开后另存为 .xlsx 再重新报送",
		}},
		{"空文件", map[string][]byte{ownFile: nil}, "总分", "空", []string{
			"-提示 R-CM-05@G6 “预算执行分值”：“10分”读作10。请按表样填写",
			"错误 R-CM-08@ 文件是空的（0 字节），可能没有传完。请重新报送",
		}},
		{"没下载完", map[string][]byte{ownFile: clean[:len(clean)/2]}, "总分", "空", []string{
			"-提示 R-CM-05@G6 “预算执行分值”：“10分”读作10。请按表样填写",
			"错误 R-CM-08@ 文件不完整，结尾部分缺失或损坏，可能没有传完。请用 Excel 或 WPS 打开原文件，核对内容后另存为 .xlsx 再重新报送",
		}},
		{"好的旁边有坏的", map[string][]byte{ownFile: clean, "扫描件.xlsx": []byte("%PDF-1.7 ")}, "总分", "数 99.52", []string{
			"错误 R-CM-08@扫描件.xlsx: 文件实际是 PDF 文件，不是 Excel 工作簿。请用 Excel 或 WPS 打开后另存为 .xlsx 再重新报送",
		}},
	} {
		t.Run(q.name, func(t *testing.T) {
			t.Parallel()
			v := judged(t, q.files)
			value, says := printed(fieldAt(&v.Record.Item, q.field)), without(told(v, q.field), cleanFindings)
			if value != q.value || !slices.Equal(says, q.says) {
				t.Errorf("%s：\n得 %q\n%s\n应 %q\n%s", q.field, value, lines(says), q.value, lines(q.says))
			}
		})
	}
}

// TestQuirksOfSenders: a unit is found in the roster however it writes its name.
func TestQuirksOfSenders(t *testing.T) {
	t.Parallel()
	roster := &unit.Roster{Units: []unit.Unit{
		{Code: "219001", Name: "青岚区水务局", Aliases: []string{"水务局", "青岚区水利局"}},
		{Code: "219002", Name: "青岚区水务局河道管理站"},
		{Code: "155", Name: "青岚区塘湖镇人民政府", Aliases: []string{"塘湖镇政府"}},
	}}
	for _, c := range []struct{ name, filled, want string }{
		{"全称", "青岚区水务局", "219001"},
		{"编码前缀", "219001-青岚区水务局", "219001"},
		{"只有编码前缀对", "219001-青岚区水务", "219001"},
		{"方括号编码", "[155]塘湖镇", "155"},
		{"本级", "青岚区水务局（本级）", "219001"},
		{"本级不加括号", "青岚区水务局本级", "219001"},
		{"部门后缀", "青岚区水务局部门", "219001"},
		{"盖章", "青岚区水务局（盖章）", "219001"},
		{"前面有全角空格", "\u3000青岚区水务局", "219001"},
		{"中间有空格", "青岚区 水务局", "219001"},
		{"全角括号与半角", "青岚区水务局(本级)", "219001"},
		{"简称", "塘湖镇政府", "155"},
		{"曾用名", "青岚区水利局", "219001"},
		{"下属单位不算本局", "青岚区水务局河道管理站", "219002"},
		{"名册外", "青岚区园林局", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "自评表.xlsx")
			if err := os.WriteFile(path, edited(t, []edit{at("D4", str(c.filled)), at("A3", str("填报单位："+c.filled+"（盖章）    （2022年度）"))}), 0o644); err != nil {
				t.Fatal(err)
			}
			opt := intake.Options{Map: quirkForm().Map, Roster: roster, Limits: ooxml.DefaultLimits(), Workers: 1}
			parcels, _, err := intake.Assign(t.Context(), []intake.File{{Path: path, Name: "自评表.xlsx"}}, opt)
			if err != nil || len(parcels) != 1 {
				t.Fatal(parcels, err)
			}
			u := parcels[0].Unit
			if u.Code != c.want || parcels[0].OnRoster != (c.want != "") {
				t.Errorf("“%s”认作 %s %s，应是 %s", c.filled, u.Code, u.Name, c.want)
			}
			if c.want == "" && u.Name != strings.TrimSpace(c.filled) {
				t.Errorf("名册外的单位叫“%s”，应是“%s”", u.Name, c.filled)
			}
		})
	}
}
