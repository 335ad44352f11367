// Package expr is the small total language that tags, rules and derived fields
// share: names, exact decimals, text, comparisons, 且 或 非 and one fixed table
// of functions ([Functions]). What comes in is the text of an expression
// ([Parse]) and a [Scope] that gives names their meaning; what goes out is a
// [value.Value] ([Expr.Eval]). Nothing is written, read or called besides.
//
//	lex.go        text to tokens: full-width twins, curly quotes, names
//	parse.go      tokens to a tree, with static checks; every fault has its column
//	node.go       the tree, and what its parts statically are
//	print.go      the tree back to canonical text
//	scope.go      what names mean: records, lists, the item at hand
//	eval.go       the tree to a value
//	condition.go  comparisons, 且 或 非
//	plan.go       what rules that are judged together have in common: their parts, each
//	              once (part.go); fit.go how each is computed for many items at once
//	memory.go     what the parts gave while one record is judged, as columns over the
//	              items of a list; column*.go compute them, lexicon.go finds words;
//	              suppose.go takes over what a supposed value does not change
//	recent.go     what was last worked out of texts, for all records
//	number.go     arithmetic, exact: fractions until the end, one division
//	aggregate.go  合计 个数 平均 最大 最小 连接 查找 over lists; total.go their sums
//	place.go      首次 名次: where the item at hand stands among all
//	functions*.go the table of functions
//	report*.go    the figures of narratives, and what is wrong with them
//	names.go      which names an expression uses, whether they exist, near misses
//
// # Names
//
// A name is letters and digits, with points between the parts of a path:
// 指标.得分, 名册.年初预算数, 上年.总分. A part with other signs in it, or one that
// begins with a digit, stands in brackets: 名册.[年末数(万元)]. 且 或 非 between
// names need a blank; behind a number, a text or a bracket they need none.
//
// # Nothing
//
// Three kinds of nothing are kept apart from zero. 空 (not filled) and 未判
// (unreadable, or computed from such) make everything that depends on them
// 未判, with a reason that names the field. 不适用 counts as nothing in + - and
// in aggregates; × ÷, comparisons and functions with 不适用 are 不适用 themselves:
// the question does not arise. 且 或 非 are three-valued: 假 且 未判 is 假.
//
// # Numbers
//
// An arithmetic expression is computed as one exact fraction and divided once,
// truncated at 28 decimal places or more; so 四舍五入 of it is the rounding of
// the true value, and 1 / 3 * 3 is 1.
//
// # Lists
//
// Inside 合计 个数 平均 连接, and inside 最大 最小 with one value, a name like
// 指标.得分 means every item of 指标 in turn, 本条.得分 the item at which the
// expression itself stands. Outside, 指标.得分 is the item at hand. Of lists
// inside lists only the innermost is gone through where those around it stand at
// an item: 合计(项目.指标.得分) inside one 项目 is the sum of its own indicators,
// and outside of 项目 the sum of all.
package expr
