package ooxml_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"jixiao/generator/ooxml"
)

// TestPeakMemory states how much memory the worst files take, each read in a
// process of its own: the highest resident memory over what that process held
// before it began to read, the file itself included.
func TestPeakMemory(t *testing.T) {
	if runtime.GOOS != "linux" || raced {
		t.Skip("needs /proc, and a process that only reads")
	}
	t.Parallel()
	seed := unzip(t, samples(t)["seed.xlsx"])
	with := func(part string, pieces ...deflated) []byte {
		return pourRaw(t, seed, part, func(zw *zip.Writer) error { return stitch(zw, part, pieces...) })
	}
	times := func(n int, text string) deflated { return deflate(t, []byte(strings.Repeat(text, n))) }
	rows := deflate(t, numbered(2, 100_000, `<row r="%d"><c r="A%[1]d"><v>%[1]d.25</v></c><c r="B%[1]d" t="inlineStr"><is><t>青岚区第%[1]d项</t></is></c></row>`))
	sheetHead, sheetFoot := times(1, `<worksheet `+mainSpace+`><sheetData>`), times(1, `</sheetData></worksheet>`)
	const sheet1 = "xl/worksheets/sheet1.xml"
	const lifted = "4 GB, with the limits lifted"
	const image = "xl/media/image99.png"
	whole := pourRaw(t, seed, image, func(zw *zip.Writer) error {
		return stitch(zw, image, slices.Repeat([]deflated{times(1<<20, "\x00")}, 4096)...)
	})
	for _, c := range []struct {
		name string
		file []byte
		code string // of the Damage; "" when it is read
		most int    // MB; the bombs stay far below what the same process holds anyway
	}{
		{"the seed", samples(t)["seed.xlsx"], "", 8},
		{"a 4 GB zip bomb", bombFile(t, seed, 4<<30), ooxml.CodeTooLarge, 8},
		{"a 4 GB zip bomb that claims 100 bytes", bombFile(t, seed, 100), ooxml.CodeCRC, 8},
		{"a 4 GB zip bomb that claims 500 MB", bombFile(t, seed, 500<<20), ooxml.CodeCRC, 8},
		{lifted, whole, "", 8},
		{"a billion laughs", seed.with("xl/sharedStrings.xml", `<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><sst `+mainSpace+`><si><t>&c;</t></si></sst>`).zip(t), ooxml.CodeXML, 8},
		{"1,048,576 formatted empty rows and 16,384 columns", with(sheet1, sheetHead, formattedRows(t), sheetFoot), "", 8},
		{"100 MB of rows", with(sheet1, sheetHead, deflate(t, numbered(1, 1_000_000, `<row r="%d"><c r="A%[1]d"><v>%[1]d.25</v></c><c r="B%[1]d" t="inlineStr"><is><t>青岚区第%[1]d项指标</t></is></c></row>`)), sheetFoot), ooxml.CodeTooLarge, 96},
		{"200,000 cells", with(sheet1, sheetHead, rows, sheetFoot), "", 96},
		{"a text of many sections", with("xl/sharedStrings.xml", times(1, `<sst `+mainSpace+`><si><t>`), times(40_000, `<![CDATA[`+pseudo(2000)+`]]>`), times(1, `</t></si></sst>`)), ooxml.CodeXML, 64},
		{"many long texts", with("xl/sharedStrings.xml", times(1, `<sst `+mainSpace+`>`), times(2_000, `<si><t>`+pseudo(30_000)+`</t></si>`), times(1, `</sst>`)), ooxml.CodeTooLarge, 64},
		{"long names, nested", with(sheet1, times(1, `<worksheet `+mainSpace+`>`), times(200, `<a`+strings.Repeat(pseudo(900), 1000)+`>`)), ooxml.CodeXML, 64},
		{"large parts of XML", pourRaw(t, seed, "-", func(zw *zip.Writer) error {
			var err error
			for i := 0; i < 200 && err == nil; i++ {
				err = stitch(zw, fmt.Sprintf("xl/x%d.xml", i), times(1, `<a>`), times(1000, pseudo(2000)), times(1, `</a>`))
			}
			return err
		}), "", 64},
		{"shared strings of nothing", with("xl/sharedStrings.xml", times(1, `<sst `+mainSpace+`>`), times(3_000_000, `<si/>`), times(1, `</sst>`)), ooxml.CodeTooLarge, 64},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "a.xlsx")
			if err := os.WriteFile(name, c.file, 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestPeakChild$", "-test.v")
			cmd.Env = append(os.Environ(), peakVariable+"="+name)
			if c.name == lifted {
				cmd.Env = append(cmd.Env, liftedVariable+"=1")
			}
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			var code string
			var before, after int
			if _, err := fmt.Sscanf(string(peakLine.Find(out)), "peak %d %d %q", &before, &after, &code); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			t.Logf("%d KB in the file, %d MB over the %d MB before", len(c.file)>>10, (after-before)>>10, before>>10)
			if code != c.code {
				t.Errorf("read with %q, want %q", code, c.code)
			}
			if (after-before)>>10 > c.most {
				t.Errorf("took %d MB, more than %d", (after-before)>>10, c.most)
			}
		})
	}
}

const (
	peakVariable   = "JIXIAO_TEST_PEAK"
	liftedVariable = "JIXIAO_TEST_LIFTED" // read with the limits lifted
)

var peakLine = regexp.MustCompile(`peak \d+ \d+ ".*"`)

// TestPeakChild is the process that TestPeakMemory measures.
func TestPeakChild(t *testing.T) {
	name := os.Getenv(peakVariable)
	if name == "" {
		t.Skip("only as a child of TestPeakMemory")
	}
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before := resident(t)
	code := ""
	limits := ooxml.Limits{}
	if os.Getenv(liftedVariable) != "" {
		limits = ooxml.Limits{Part: 8 << 30, Total: 8 << 30, Ratio: 1 << 20}
	}
	if _, err := ooxml.ReadWorkbook(file, limits); err != nil {
		code = damage(t, err).Code
	}
	fmt.Printf("peak %d %d %q\n", before, resident(t), code)
}

// resident is the highest resident memory of this process so far, in KB.
func resident(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`VmHWM:\s*(\d+) kB`).FindSubmatch(status)
	if m == nil {
		t.Fatal("the kernel does not say")
	}
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// numbered repeats a format for the numbers from one to another.
func numbered(from, to int, format string) []byte {
	var b []byte
	for i := from; i <= to; i++ {
		b = fmt.Appendf(b, format, i)
	}
	return b
}

// pseudo is a text of letters that deflates as badly as such can.
func pseudo(n int) string {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = 'a' + byte(x>>24)%26
	}
	return string(b)
}

// pourRaw packs p without one part, and behind it what add writes.
func pourRaw(t testing.TB, p parts, part string, add func(*zip.Writer) error) []byte {
	t.Helper()
	var buf bytes.Buffer
	zw := zip.NewWriter(&buf)
	for name, text := range p {
		if name == part {
			continue
		}
		w, err := zw.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := add(zw); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// bombFile is p with a picture of 4 GB that claims another size.
func bombFile(t testing.TB, p parts, claimed uint64) []byte {
	t.Helper()
	return pourRaw(t, p, "-", func(zw *zip.Writer) error { return bombed(t, zw, "xl/media/image99.png", claimed) })
}
