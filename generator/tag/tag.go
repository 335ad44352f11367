// Package tag is the grammar of {{…}}, the same in Word and in Excel, in the
// fill-in workbook and in output templates. What comes in is a stretch of text
// as a person typed it; what goes out are its pieces in order, literal text
// and compiled tags, and everything that is wrong with it, all at once.
//
//	scan.go    where tags begin and end, and where their pipes are cut
//	parse.go   what one tag says
//	pair.go    which #每个 belongs to which /每个
//	render.go  pieces and a scope to plain text
//
// A tag is one of
//
//	{{表达式|管道|管道:参数}}              a value, read or printed
//	{{#每个 列表}} … {{/每个}}             #each /each
//	{{#如果 条件}} … {{否则如果 条件}} … {{否则}} … {{/如果}}   #if elseif else /if
//	{{合并}} {{分页}} {{图:名}} {{! 说明}}
//	{{"{{"}}                            two braces
//
// Inside a tag full-width signs, curly quotes, blanks of every width and
// invisible characters mean their plain twins; text in quotes and the
// parameter of a pipe keep what was typed.
package tag

import (
	"jixiao/generator/expr"
	"jixiao/generator/value"
)

// Kind says what a tag does.
type Kind uint8

const (
	Value     Kind = iota // a value stands here
	Each                  // what follows repeats, once an item of Path
	EndEach               // … up to here
	If                    // what follows stands only when the condition holds
	ElseIf                // otherwise, when this condition holds, what follows
	Else                  // otherwise what follows
	EndIf                 // … up to here
	Merge                 // equal neighbours downward become one cell
	PageBreak             // a new page between items
	Picture               // a picture stands here
	Comment               // nothing stands here
)

// Tag is one {{…}}, compiled. It is never changed after Parse.
type Tag struct {
	Kind    Kind
	Source  string        // as typed, with its braces
	Expr    *expr.Expr    // Value, If, ElseIf
	Path    []string      // Each: the list's path; EndEach: the same when it was written
	Format  *value.Format // Value
	Args    []*expr.Expr  // Value: the parameters of its pipes that are expressions
	Picture string        // Picture: its name
}

// Piece is a stretch of the text: literal, or one tag. The pieces of a text
// follow each other without gap.
type Piece struct {
	Start, End int    // bytes of the text
	Text       string // the stretch as typed
	Tag        *Tag   // nil for literal text, and for a tag with a fault
}

// Fault is one thing that is wrong with a template.
type Fault struct {
	Place   string // where: 正文 第3个表 第5行 第2列, 工作表!C7; filled by whoever knows
	Source  string // the tag as typed
	Message string // what is wrong with it, and what was probably meant
}

// Use is one tag of a template, with where it stands and what repeats around it.
type Use struct {
	Place string
	Tag   *Tag
	Lists [][]string // paths of the lists repeated around it, outermost first
}

// Value computes what a Value tag stands for.
func (t *Tag) Value(s expr.Scope) value.Value {
	if t.Expr == nil {
		return value.Value{}
	}
	return t.Expr.Eval(s)
}

// Holds decides an If or ElseIf. A condition that cannot be judged does not
// hold. A name alone holds when it is 是, a list with items, a record, or a
// value that was filled with something else than 不适用.
func (t *Tag) Holds(s expr.Scope) bool {
	if t.Expr == nil {
		return false
	}
	if path, ok := t.Expr.Name(); ok {
		b, _ := expr.Path(s, path) // nothing is bound to an unknown name, and nothing does not hold
		switch {
		case b.IsList:
			return len(b.Items) > 0
		case b.Current != nil:
			return true
		}
		if truth, ok := b.Value.Bool(); ok {
			return truth
		}
		return b.Value.Kind() != value.NotApplicable && b.Value.String() != ""
	}
	truth, ok := t.Expr.Eval(s).Bool()
	return ok && truth
}

// Print computes the text of a Value tag, line by line; paragraphs says that
// each line is a paragraph of its own. There is always at least one line.
func (t *Tag) Print(s expr.Scope) (lines []string, paragraphs bool) {
	if t.Format == nil {
		return []string{""}, false
	}
	return t.Format.Lines(t.Value(s), t.args(s)...)
}

// Text computes the text of a Value tag in one piece.
func (t *Tag) Text(s expr.Scope) string {
	if t.Format == nil {
		return ""
	}
	return t.Format.Text(t.Value(s), t.args(s)...)
}

// Cell computes what a Value tag writes into a cell of its own: a number with
// its format when number is true, else the text.
func (t *Tag) Cell(s expr.Scope) (cell value.Cell, text string, number bool) {
	if t.Format == nil {
		return value.Cell{}, "", false
	}
	v, args := t.Value(s), t.args(s)
	if cell, number = t.Format.Excel(v, args...); number {
		return cell, "", true
	}
	return cell, t.Format.Text(v, args...), false
}

func (t *Tag) args(s expr.Scope) []value.Value {
	if len(t.Args) == 0 {
		return nil
	}
	values := make([]value.Value, len(t.Args))
	for i, e := range t.Args {
		values[i] = e.Eval(s)
	}
	return values
}

// ListPath is the list to which the names of a Value tag belong, the innermost
// one: 项目.指标 for {{项目.指标.得分}}. It is nil when they belong to none; names
// inside an aggregate, 本条, and 名册 and 上年, which are no lists, do not count.
func (t *Tag) ListPath() []string {
	if t.Kind != Value || t.Expr == nil {
		return nil
	}
	path := longest(nil, t.Expr)
	for _, e := range t.Args {
		path = longest(path, e)
	}
	return path
}

func longest(path []string, e *expr.Expr) []string {
	for _, n := range e.Names() {
		if list := n.List(); !n.Aggregated && len(list) > len(path) {
			path = list
		}
	}
	return path
}
