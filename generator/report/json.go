package report

import (
	"bytes"
	"encoding/json"

	"jixiao/generator/finding"
	"jixiao/generator/unit"
	"jixiao/generator/value"
)

// version of run.json. It changes when a key changes its meaning or goes away, not when one is added.
const version = 1

// The shapes of run.json. Every key of a shape is always there, lists and maps
// empty rather than null, so that a reader need not ask; what is only added where
// it says something is marked omitempty.
type (
	runJSON struct {
		Version    int            `json:"version"`
		Form       string         `json:"form"`
		FormSHA256 string         `json:"form_sha256"`
		Program    string         `json:"program,omitempty"`
		Year       string         `json:"year"`
		Summary    Summary        `json:"summary"`
		Documents  []documentJSON `json:"documents"`
		Skipped    []string       `json:"skipped,omitempty"`
		Units      []unitJSON     `json:"units"`
	}
	unitJSON struct {
		Code      string         `json:"code"`
		Name      string         `json:"name"`
		Outcome   string         `json:"outcome"`
		Workbooks []documentJSON `json:"workbooks"`
		Documents []documentJSON `json:"documents"`
		Values    object         `json:"values"`
		Lists     object         `json:"lists"`
		Derived   object         `json:"derived"`
		Findings  []findingJSON  `json:"findings"`
	}
	documentJSON struct {
		Path   string `json:"path"`
		SHA256 string `json:"sha256"`
	}
	valueJSON struct {
		Raw      string   `json:"raw"`
		Value    string   `json:"value"`
		Nothing  string   `json:"nothing,omitempty"` // 空 不适用 未判: value is then not a value
		Why      string   `json:"why,omitempty"`     // why it is 未判
		Type     string   `json:"type"`
		Workbook string   `json:"workbook"`
		Sheet    string   `json:"sheet"`
		Cell     string   `json:"cell"`
		Notes    []string `json:"notes,omitempty"`
	}
	derivedJSON struct {
		Value   string `json:"value"`
		Nothing string `json:"nothing,omitempty"`
		Why     string `json:"why,omitempty"`
		Type    string `json:"type"`
	}
	findingJSON struct {
		Rule       string   `json:"rule"`
		Level      string   `json:"level"`
		Name       string   `json:"name"`
		Workbook   string   `json:"workbook"`
		Sheet      string   `json:"sheet"`
		Cell       string   `json:"cell"`
		Item       int      `json:"item"`
		ItemName   string   `json:"item_name"`
		Filled     string   `json:"filled"`
		Expected   string   `json:"expected"`
		Difference string   `json:"difference"`
		Message    string   `json:"message"`
		SameCause  string   `json:"same_cause"`
		Basis      string   `json:"basis"`
		Fields     []string `json:"fields"`
		// Explanation is what the unit wrote about it. A notice that has one is 已说明
		// and counts there; an error that has one is still an error.
		Explanation string `json:"explanation,omitempty"`
	}
)

// object is a JSON object that keeps the order of its members, which is the
// order of the form and not of the alphabet.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in their order.
func (o object) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		for _, part := range []any{m.name, m.value} {
			encoded, err := encode(part, "")
			if err != nil {
				return nil, err
			}
			b = append(append(b, bytes.TrimSuffix(encoded, []byte{'\n'})...), ':')
		}
		b = b[:len(b)-1]
	}
	return append(b, '}'), nil
}

// encode is json.Marshal that leaves < > & as they are: run.json is no web page.
func encode(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	err := e.Encode(v)
	return b.Bytes(), err
}

// JSON is run.json: the whole run for programs, UTF-8, indented, keys in a fixed order.
func JSON(r *Run) ([]byte, error) {
	out := runJSON{
		Version: version, Form: r.Form, FormSHA256: r.FormSHA256, Program: r.Program, Year: r.Year,
		Summary: r.Summary(), Documents: documentsJSON(r.Documents), Skipped: r.Skipped, Units: make([]unitJSON, len(r.Units)),
	}
	for i := range r.Units {
		out.Units[i] = r.Units[i].json()
	}
	return encode(out, "  ")
}

// json is one unit of run.json; a missing unit has the same keys, empty.
func (u *Unit) json() unitJSON {
	out := unitJSON{
		Code: u.Unit.Code, Name: u.Unit.Name, Outcome: u.Outcome.String(),
		Workbooks: []documentJSON{}, Documents: documentsJSON(u.Documents),
		Values: object{}, Lists: object{}, Derived: object{}, Findings: []findingJSON{},
	}
	for _, w := range u.workbooks() {
		out.Workbooks = append(out.Workbooks, documentJSON{w.Path, w.SHA256})
	}
	if r := u.record(); r != nil {
		out.Values = fieldsJSON(r.Fields)
		out.Lists = listsJSON(r.Lists)
	}
	if u.Verdict == nil {
		return out
	}
	for _, d := range u.Verdict.Derived {
		out.Derived = append(out.Derived, member{d.Name, derivedJSON{
			Value: d.Value.String(), Nothing: nothing(d.Value), Why: d.Value.Why(), Type: typeName(d.Value),
		}})
	}
	for _, f := range u.Verdict.Findings {
		out.Findings = append(out.Findings, findingFrom(f))
	}
	return out
}

func documentsJSON(documents []Document) []documentJSON {
	out := make([]documentJSON, len(documents))
	for i, d := range documents {
		out[i] = documentJSON(d)
	}
	return out
}

func fieldsJSON(fields []unit.Field) object {
	out := make(object, 0, len(fields))
	for _, f := range fields {
		out = append(out, member{f.Name, valueJSON{
			Raw: f.Raw, Value: f.Value.String(), Nothing: nothing(f.Value), Why: f.Value.Why(), Type: string(f.Type),
			Workbook: f.Place.Workbook, Sheet: f.Place.Sheet, Cell: f.Place.Cell, Notes: f.Notes,
		}})
	}
	return out
}

// listsJSON writes each list as an array of its items. An item is an object of
// its fields; a list inside an item stands among them as an array.
func listsJSON(lists []unit.List) object {
	out := make(object, 0, len(lists))
	for _, l := range lists {
		items := make([]object, len(l.Items))
		for i := range l.Items {
			items[i] = append(fieldsJSON(l.Items[i].Fields), listsJSON(l.Items[i].Lists)...)
		}
		out = append(out, member{l.Name, items})
	}
	return out
}

// typeName is the type of a computed value: what its sheet says, else what it is.
func typeName(v value.Value) string {
	if t := v.Type(); t != "" {
		return string(t)
	}
	switch v.Kind() {
	case value.Number:
		return string(value.TypeNumber)
	case value.Date:
		return string(value.TypeDate)
	case value.Text, value.Bool:
		return string(value.TypeText)
	}
	return ""
}

func findingFrom(f finding.Finding) findingJSON {
	out := findingJSON{
		Rule: f.Rule, Level: f.Level.String(), Name: f.Name,
		Workbook: f.Place.Workbook, Sheet: f.Place.Sheet, Cell: f.Place.Cell,
		Item: f.Item, ItemName: f.ItemName,
		Filled: f.Filled, Expected: f.Expected, Difference: f.Difference,
		Message: f.Message, SameCause: f.SameCause, Basis: f.Basis, Fields: f.Fields, Explanation: f.Explanation,
	}
	if out.Fields == nil {
		out.Fields = []string{}
	}
	return out
}
