package ooxml

import (
	"bytes"
	"fmt"
	"strconv"
)

// The editing functions insert one line into a small part and leave every other
// byte as it is.

// AddOverride returns [Content_Types].xml with the content type of one part
// added; a line that the part already has is replaced.
func AddOverride(types []byte, part, contentType string) ([]byte, error) {
	return addType(types, "Override", "PartName", "/"+part, contentType)
}

// AddDefault returns [Content_Types].xml with the content type of an extension
// (without dot) added; a line that the extension already has is replaced.
func AddDefault(types []byte, extension, contentType string) ([]byte, error) {
	return addType(types, "Default", "Extension", extension, contentType)
}

// RemoveOverride returns [Content_Types].xml without the line of one part.
func RemoveOverride(types []byte, part string) ([]byte, error) {
	_, from, to, err := findLine(types, "Override", "PartName", "/"+part)
	if err != nil || from == to {
		return types, err
	}
	return splice(types, from, to, nil), nil
}

func addType(types []byte, element, key, name, contentType string) ([]byte, error) {
	prefix, from, to, err := findLine(types, element, key, name)
	if err != nil {
		return nil, err
	}
	line := append([]byte(nil), '<')
	line = append(append(append(append(line, prefix...), element...), ' '), key...)
	line = append(Escape(append(line, `="`...), name), `" ContentType="`...)
	line = append(Escape(line, contentType), `"/>`...)
	return splice(types, from, to, line), nil
}

// findLine finds the element whose key attribute has the value, as data[from:to];
// when there is none, both are the place before the root's end tag. prefix is what
// the root's name begins with, "" or "x:".
func findLine(data []byte, element, key, value string) (prefix string, from, to int, err error) {
	s := NewScanner(data)
	for s.Next() {
		switch {
		case s.Depth() == 1 && s.Kind == StartTag:
			prefix = string(s.Name[:len(s.Name)-len(s.Local())])
		case s.Depth() == 1 && s.Kind == EmptyTag:
			return "", 0, 0, fmt.Errorf("部件没有内容")
		case s.Depth() == 1 && s.Kind == EndTag && to == 0:
			from, to = s.Start, s.Start
		case s.Depth() == 2 && (s.Kind == StartTag || s.Kind == EmptyTag) && string(s.Local()) == element:
			if v, _ := s.Attr(key); to == 0 && value != "" && equalFold(v, value) {
				from = s.Start
				s.Skip()
				to = s.End
			}
		}
	}
	return prefix, from, to, s.Err()
}

// equalFold compares names of parts and extensions: case does not count, for ASCII.
func equalFold(a, b string) bool { return bytes.EqualFold([]byte(a), []byte(b)) }

// AddRelationship returns the relationships with one added, and its id. rels nil
// begins a new part. relType is the whole URI of the type; target is written as
// given: relative to the folder of the part that the relationships belong to, or
// absolute with a leading slash.
func AddRelationship(rels []byte, relType, target string) (out []byte, id string, err error) {
	if rels == nil {
		rels = []byte(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
			`<Relationships xmlns="` + spacePackageLinks + `"></Relationships>`)
	}
	taken := map[string]bool{}
	s := NewScanner(rels)
	for s.Next() {
		if s.Kind == StartTag || s.Kind == EmptyTag {
			if id, ok := s.Attr("Id"); ok {
				taken[id] = true
			}
		}
	}
	n := len(taken) + 1
	for taken["rId"+strconv.Itoa(n)] {
		n++
	}
	id = "rId" + strconv.Itoa(n)
	prefix, from, to, err := findLine(rels, "Relationship", "Id", "")
	if err != nil {
		return nil, "", err
	}
	line := append([]byte("<"+prefix), `Relationship Id="`+id+`" Type="`...)
	line = append(Escape(line, relType), `" Target="`...)
	line = append(Escape(line, target), `"/>`...)
	return splice(rels, from, to, line), id, nil
}

// splice returns data with data[from:to] replaced; data itself stays.
func splice(data []byte, from, to int, by []byte) []byte {
	out := make([]byte, 0, len(data)-(to-from)+len(by))
	return append(append(append(out, data[:from]...), by...), data[to:]...)
}
