package tag

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"jixiao/generator/expr"
	"jixiao/generator/value"
)

// Parse takes a text apart. It never stops at the first fault: the pieces
// cover the whole text, and what has a fault is among them as literal text.
// Whether blocks are paired is [Pair]'s question.
func Parse(text string) (pieces []Piece, faults []Fault) {
	literal := 0 // where the literal text at hand begins
	add := func(from, to int, t *Tag) {
		if literal < from {
			pieces = append(pieces, Piece{Start: literal, End: from, Text: text[literal:from]})
		}
		if t != nil {
			pieces = append(pieces, Piece{Start: from, End: to, Text: text[from:to], Tag: t})
			literal = to
		} else {
			literal = from
		}
	}
	for i := 0; i < len(text); {
		switch text[i] {
		case '{', '}', "｛"[0]:
		default:
			i++
			continue
		}
		if n := closing(text[i:]); n > 0 {
			end := i + n
			for closing(text[end:]) > 0 {
				end += closing(text[end:])
			}
			faults = append(faults, Fault{Source: text[i:end], Message: "多了“}}”：前面没有“{{”"})
			i = end
			continue
		}
		n := opening(text[i:])
		if n == 0 {
			i++
			continue
		}
		b, closed := scan(text, i+n)
		if !closed {
			faults = append(faults, Fault{Source: clipped(text[i:b.end]), Message: "没有写完：“{{”后面缺少“}}”"})
			i += n
			continue
		}
		t, wrong := parseTag(text[i:b.end], i, b)
		if len(wrong) > 0 {
			faults = append(faults, wrong...)
		} else {
			add(i, b.end, t)
		}
		i = b.end
	}
	add(len(text), len(text), nil)
	return pieces, faults
}

// clipped shortens what an unclosed tag swallowed.
func clipped(s string) string {
	const most = 40
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return strings.TrimRightFunc(s, unicode.IsSpace)
}

// parser parses one tag.
type parser struct {
	source string
	at     int // bytes before the source in the text
	text   string
	tag    *Tag
	faults []Fault
}

func (p *parser) fault(format string, args ...any) {
	p.faults = append(p.faults, Fault{Source: p.source, Message: fmt.Sprintf(format, args...)})
}

// parseTag says what the tag means. The spans of b are places of the text; the tag begins at byte at of it.
func parseTag(source string, at int, b body) (*Tag, []Fault) {
	p := &parser{source: source, at: at, tag: &Tag{Source: source}}
	head := span{b.parts[0].from - at, b.parts[0].to - at}
	pipes := b.parts[1:]
	switch kind, rest := p.word(head); {
	case kind == unknownWord:
	case kind == valueWord:
		p.value(head, pipes)
	case len(pipes) > 0 && kind != Comment:
		p.fault("“%s”后面不能有管道", p.trimmed(head))
	default:
		p.directive(kind, rest)
	}
	if len(p.faults) > 0 {
		return nil, p.faults
	}
	return p.tag, nil
}

func (p *parser) trimmed(s span) string {
	return strings.TrimFunc(p.source[s.from:s.to], expr.Space)
}

// Kinds that only word returns.
const (
	valueWord   Kind = 254
	unknownWord Kind = 255
)

// keyword is one word that begins a directive.
type keyword struct {
	word string
	kind Kind
	more bool // something follows it
}

var opens = []keyword{{"每个", Each, true}, {"each", Each, true}, {"如果", If, true}, {"if", If, true}}
var ends = []keyword{{"每个", EndEach, true}, {"each", EndEach, true}, {"如果", EndIf, false}, {"if", EndIf, false}}
var plains = []keyword{
	{"否则如果", ElseIf, true}, {"elseif", ElseIf, true}, {"else if", ElseIf, true}, {"否则", Else, false}, {"else", Else, false},
	{"合并", Merge, false}, {"分页", PageBreak, false}, {"图:", Picture, true},
}

// word finds what a tag begins with, and what is left of it.
func (p *parser) word(head span) (Kind, span) {
	i := p.skip(head.from, head.to)
	sign := rune(0)
	if i < head.to {
		r, size := utf8.DecodeRuneInString(p.source[i:])
		switch r = expr.Fold(r); r {
		case '#', '/', '!':
			sign, i = r, p.skip(i+size, head.to)
		}
	}
	words := plains
	switch sign {
	case '!':
		return Comment, span{i, head.to}
	case '#':
		words = opens
	case '/':
		words = ends
	}
	for _, k := range words {
		end, ok := p.matches(span{i, head.to}, k)
		if !ok {
			continue
		}
		rest := span{p.skip(end, head.to), head.to}
		if !k.more && rest.from < rest.to {
			if sign == 0 {
				continue // 合并 + 1 is an expression, and 合并率 a name
			}
			p.fault("“%s”后面不要写别的", strings.TrimSpace(p.source[head.from:end]))
			return unknownWord, rest
		}
		return k.kind, rest
	}
	if sign == '#' || sign == '/' {
		p.unknown(sign, span{i, head.to})
		return unknownWord, span{}
	}
	return valueWord, head
}

// unknown says that there is no such directive.
func (p *parser) unknown(sign rune, rest span) {
	word := strings.FieldsFunc(p.source[rest.from:rest.to], func(r rune) bool { return expr.Space(r) || r == '(' || r == '（' })
	written := ""
	if len(word) > 0 {
		written = strings.ToLower(word[0])
	}
	for _, k := range plains {
		if _, ok := p.matches(rest, k); ok {
			p.fault("“%c%s”请写成“%s”，前面没有“%c”", sign, written, strings.TrimSuffix(k.word, ":"), sign)
			return
		}
	}
	if near := expr.Nearest(written, []string{"每个", "如果", "each", "if"}); near != "" {
		p.fault("没有“%c%s”，您是否想写：%c%s", sign, written, sign, near)
		return
	}
	p.fault("没有“%c%s”；可以写 %c每个 或 %c如果", sign, written, sign, sign)
}

// skip passes over blanks.
func (p *parser) skip(from, to int) int {
	for from < to {
		r, size := utf8.DecodeRuneInString(p.source[from:])
		if !expr.Space(r) {
			break
		}
		from += size
	}
	return from
}

// matches reports whether the span begins with the word, and where the word
// ends. A Latin word must end there; 每个 may be followed by a name at once.
func (p *parser) matches(s span, k keyword) (end int, ok bool) {
	i := s.from
	var last rune
	for _, want := range k.word {
		for {
			if i >= s.to {
				return 0, false
			}
			r, size := utf8.DecodeRuneInString(p.source[i:])
			i += size
			if expr.Invisible(r) || want == ':' && expr.Space(r) {
				continue
			}
			if r = expr.Fold(r); want == ' ' && expr.Space(r) {
				r = ' '
			}
			if unicode.ToLower(r) != want {
				return 0, false
			}
			break
		}
		last = want
	}
	if last < utf8.RuneSelf && unicode.IsLetter(last) && i < s.to {
		if r, _ := utf8.DecodeRuneInString(p.source[i:]); unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '.' {
			return 0, false
		}
	}
	return i, true
}

// directive reads what follows the word of a block, a picture or a comment.
func (p *parser) directive(kind Kind, rest span) {
	p.tag.Kind = kind
	switch kind {
	case Each, EndEach:
		p.list(kind, rest)
	case If, ElseIf:
		p.condition(kind, rest)
	case Picture:
		if p.tag.Picture = p.trimmed(rest); p.tag.Picture == "" {
			p.fault("“图”后面缺少图片的名称，如 {{图:公章}}")
		}
	}
}

func (p *parser) list(kind Kind, rest span) {
	if p.trimmed(rest) == "" {
		if kind == Each {
			p.fault("“#每个”后面缺少列表的名称，如 {{#每个 指标}}")
		}
		return
	}
	e := p.expression(rest)
	if e == nil {
		return
	}
	path, ok := e.Name()
	if !ok {
		p.fault("“%s每个”后面应是列表的名称，不能是公式", map[Kind]string{Each: "#", EndEach: "/"}[kind])
		return
	}
	p.tag.Path = path
}

func (p *parser) condition(kind Kind, rest span) {
	word := map[Kind]string{If: "#如果", ElseIf: "否则如果"}[kind]
	if p.trimmed(rest) == "" {
		p.fault("“%s”后面缺少条件，如 {{%s 总分 < 60}}", word, word)
		return
	}
	if p.tag.Expr = p.expression(rest); p.tag.Expr == nil {
		return
	}
	if _, name := p.tag.Expr.Name(); !name && !p.tag.Expr.IsCondition() {
		p.fault("“%s”后面应是条件，如 总分 < 60", word)
	}
}

// expression compiles a part of the tag; the column of its fault counts from the first brace.
func (p *parser) expression(s span) *expr.Expr {
	e, err := expr.Parse(p.source[s.from:s.to])
	if err == nil {
		return e
	}
	var wrong *expr.Error
	if errors.As(err, &wrong) {
		p.fault("第%d个字符：%s", utf8.RuneCountInString(p.source[:s.from])+wrong.Col, wrong.Message)
	} else {
		p.fault("%s", err)
	}
	return nil
}

// value compiles a value and its pipes.
func (p *parser) value(head span, pipes []span) {
	p.tag.Kind = Value
	switch {
	case p.trimmed(head) != "":
		if p.tag.Expr = p.expression(head); p.tag.Expr == nil {
			p.unsigned(head)
		}
	case len(pipes) > 0:
		p.fault("竖线前面没有名称")
	default:
		p.fault("标签是空的；要打印两个大括号请写 {{\"{{\"}}")
	}
	compiled := make([]value.Pipe, 0, len(pipes))
	params := make([]span, 0, len(pipes))
	for _, s := range pipes {
		pipe, param := p.pipe(span{s.from - p.at, s.to - p.at})
		compiled, params = append(compiled, pipe), append(params, param)
	}
	format, wrong := value.CompileFormat(compiled)
	for _, w := range wrong {
		p.fault("%s", w.Message)
	}
	p.tag.Format = format
	for _, arg := range format.Args() {
		for i, pipe := range compiled {
			if pipe.Param != arg {
				continue
			}
			if e := p.expression(params[i]); e != nil {
				p.tag.Args = append(p.tag.Args, e)
			}
			break
		}
	}
}

// unsigned hints at the # that is missing in {{如果 总分 < 60}}.
func (p *parser) unsigned(head span) {
	from := p.skip(head.from, head.to)
	for _, k := range opens {
		end, ok := p.matches(span{from, head.to}, k)
		if ok && p.skip(end, head.to) > end {
			p.faults = p.faults[:len(p.faults)-1]
			p.fault("“%s”前面缺少“#”：{{#%s …}}", k.word, k.word)
			return
		}
	}
}

// pipe takes 名称:参数 apart; the parameter keeps what was typed.
func (p *parser) pipe(s span) (value.Pipe, span) {
	name, param := s, span{s.to, s.to}
	pipe := value.Pipe{}
	for i, r := range p.source[s.from:s.to] {
		if r == ':' || r == '：' {
			name.to = s.from + i
			param.from = name.to + utf8.RuneLen(r)
			pipe.HasParam = true
			break
		}
	}
	pipe.Name = strings.Map(visible, p.trimmed(name))
	pipe.Param, pipe.Offset = p.trimmed(param), p.skip(name.from, name.to)
	return pipe, param
}

func visible(r rune) rune {
	if expr.Invisible(r) {
		return -1
	}
	return r
}
