package docx

import (
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// inspect finds what would make Word offer a repair, as far as it can be told
// without schemas: parts that are not well-formed, relationships and content
// types without their part, cells that do not end in a paragraph, rows without
// cells, tables without rows, tables that touch, a body that ends in a table,
// ids that stand twice, ranges with one end, fields cut in two, tags left over.
func inspect(files map[string]string) []string {
	var faults []string
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	drawings := map[string]bool{}
	for _, name := range names {
		if !strings.HasSuffix(name, ".xml") && !strings.HasSuffix(name, ".rels") {
			continue
		}
		for _, f := range inspectPart(name, files, drawings) {
			faults = append(faults, name+": "+f)
		}
	}
	return faults
}

// elem is an element being read.
type elem struct {
	name  string
	last  string // the last child that is a block, row or cell
	count map[string]int
}

func inspectPart(name string, files map[string]string, drawings map[string]bool) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	d := xml.NewDecoder(strings.NewReader(files[name]))
	stack := []*elem{{count: map[string]int{}}}
	ids := map[string]bool{}
	ranges := map[string]bool{}
	bookmarks := map[string]bool{}
	fields := 0
	var text strings.Builder
	once := func(what, id string, seen map[string]bool) {
		if seen[what+" "+id] {
			fault("%s %q stands twice", what, id)
		}
		seen[what+" "+id] = true
	}
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			fault("%v", err)
			return faults
		}
		top := stack[len(stack)-1]
		switch t := token.(type) {
		case xml.StartElement:
			n := t.Name.Local
			attr := map[string]string{}
			for _, a := range t.Attr {
				attr[a.Name.Local] = a.Value
			}
			switch {
			case n == "bookmarkStart":
				once("bookmark id", attr["id"], ids)
				once("bookmark name", attr["name"], bookmarks)
				ranges["bookmark "+attr["id"]] = true
			case n == "commentRangeStart":
				once("comment", attr["id"], ids)
				ranges["comment "+attr["id"]] = true
			case n == "bookmarkEnd" || n == "commentRangeEnd":
				key := strings.TrimSuffix(strings.TrimSuffix(n, "End"), "Range") + " " + attr["id"]
				if !ranges[key] {
					fault("%s ends without beginning", key)
				}
				delete(ranges, key)
			case n == "commentReference" || n == "footnoteReference":
				once(n, attr["id"], ids)
			case n == "footnote" && top.name == "footnotes":
				once("footnote", attr["id"], ids)
			case n == "docPr":
				once("drawing", attr["id"], drawings)
			case n == "shape":
				once("shape", attr["id"], ids)
			case n == "fldChar" && attr["fldCharType"] == "begin":
				fields++
			case n == "fldChar" && attr["fldCharType"] == "end":
				if fields--; fields < 0 {
					fault("a field ends without beginning")
				}
			case n == "Override":
				if _, ok := files[strings.TrimPrefix(attr["PartName"], "/")]; !ok {
					fault("a content type without its part: %s", attr["PartName"])
				}
			case n == "Relationship" && attr["TargetMode"] != "External":
				once("relationship", attr["Id"], ids)
				target := path.Join(path.Dir(path.Dir(name)), attr["Target"])
				if strings.HasPrefix(attr["Target"], "/") {
					target = attr["Target"][1:]
				}
				if _, ok := files[target]; !ok {
					fault("%s points at %s, which is not there", attr["Id"], target)
				}
			}
			if id := attr["paraId"]; id != "" {
				once("paraId", id, ids)
			}
			if n == "tbl" && top.last == "tbl" {
				fault("two tables touch")
			}
			switch n {
			case "p", "tbl", "tr", "tc", "sdt":
				for _, e := range slices.Backward(stack) {
					e.count[n]++
					if e.name != "sdtContent" && e.name != "sdt" && e.name != "customXml" {
						e.last = n
						break
					}
					e.last = n
				}
			}
			stack = append(stack, &elem{name: n, count: map[string]int{}})
		case xml.EndElement:
			stack = stack[:len(stack)-1]
			switch n := top.name; {
			case (n == "tc" || n == "body" || n == "hdr" || n == "ftr" || n == "footnote" || n == "txbxContent") && top.last != "p" && top.last != "sdt":
				fault("%s does not end in a paragraph", n)
			case n == "tr" && top.count["tc"] == 0:
				fault("a row without a cell")
			case n == "tbl" && top.count["tr"] == 0:
				fault("a table without a row")
			}
		case xml.CharData:
			if top.name == "t" {
				text.Write(t)
			}
		}
	}
	if fields != 0 {
		fault("a field has no end")
	}
	for key := range ranges {
		fault("%s does not end", key)
	}
	if s := text.String(); strings.Contains(s, "{{") || strings.Contains(s, "}}") {
		fault("a tag is left: %s", s)
	}
	return faults
}
