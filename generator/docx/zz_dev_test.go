package docx

import (
	"jixiao/generator/ooxml"
	"math/rand"
	"os"
	"strconv"
	"testing"
)

func TestZZ(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("ZZ"))
	seed0, _ := strconv.Atoi(os.Getenv("ZZSEED"))
	clean := 0
	bad := 0
	for seed := seed0; seed < seed0+n && bad < 3; seed++ {
		rng := rand.New(rand.NewSource(int64(seed)))
		data := make([]byte, 40+rng.Intn(160))
		rng.Read(data)
		// bias to fewer control fragments
		c := &choices{data: data}
		b := body(c.closed(6))
		tpl, faults := Compile(b.bytes(t), ooxml.DefaultLimits())
		if len(faults) > 0 {
			continue
		}
		clean++
		doc, err := tpl.Render(unitData, Options{Stamp: "x"})
		if err != nil {
			t.Log(seed, err)
			continue
		}
		files, err := open(doc)
		if err != nil {
			t.Fatal(err)
		}
		if os.Getenv("ZZOUT") != "" {
			os.WriteFile(os.Getenv("ZZOUT")+"/"+strconv.Itoa(seed)+".docx", doc, 0o644)
		}
		for _, fault := range inspect(files) {
			bad++
			t.Errorf("seed %d %s\ntemplate %s\ndocument %s", seed, fault, b.body, files["word/document.xml"])
		}
	}
	t.Log("clean", clean, "of", n)
}
