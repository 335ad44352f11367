package generator

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"jixiao/generator/finding"
)

var (
	// aNumber is an edit that writes a number: 1!F6 = 1640.30
	aNumber = regexp.MustCompile(`^([1-9]![A-Z]+[0-9]+) = (-?[0-9]+\.?[0-9]*)$`)
	// aSide is what a finding expects: = 1650.30
	aSide = regexp.MustCompile(`^([=≠<>≤≥]) (-?[0-9.]+)$`)
)

// comparisons are the lines of faults.tsv that write one number, with what is
// found at its cell by comparing it.
func comparisons(t *testing.T, about func(want finding.Finding) bool, respell func(number string) string, do func(t *testing.T, cell, number string, want, got finding.Finding)) (n int) {
	t.Helper()
	f, clean := builtin(t), cleanWorkbook(t)
	for _, m := range mutants(t, "faults.tsv") {
		at := aNumber.FindStringSubmatch(m.edits[0])
		if len(m.edits) != 1 || at == nil {
			continue
		}
		before := judged(t, f, edited(t, clean, m.edits))
		after := judged(t, f, edited(t, clean, []string{at[1] + " = " + respell(at[2])}))
		for _, want := range before {
			if want.Place.Cell != at[1][2:] || want.Difference == "" || !about(want) {
				continue
			}
			i := slices.IndexFunc(after, func(x finding.Finding) bool {
				return x.Rule == want.Rule && x.Name == want.Name && x.Place == want.Place
			})
			if i < 0 {
				t.Errorf("%s %s: %s is not found", m.line, m.name, shownFinding(want))
				continue
			}
			n++
			do(t, m.line+" "+at[1], at[2], want, after[i])
		}
	}
	return n
}

// TestBinaryTails: a file holds 329.98 as 329.98000000000002; no finding says so.
func TestBinaryTails(t *testing.T) {
	t.Parallel()
	tail := func(number string) string {
		if !strings.Contains(number, ".") {
			number += "."
		}
		return number + strings.Repeat("0", max(1, 16-len(number))) + "2"
	}
	n := comparisons(t, func(finding.Finding) bool { return true }, tail, func(t *testing.T, cell, _ string, want, got finding.Finding) {
		if got.Filled != want.Filled || got.Expected != want.Expected || got.Difference != want.Difference || got.Message != want.Message {
			t.Errorf("%s: with a tail\n%s | %s | %s | %s, not\n%s | %s | %s | %s", cell,
				got.Filled, got.Expected, got.Difference, got.Message, want.Filled, want.Expected, want.Difference, want.Message)
		}
	})
	if n < 20 {
		t.Errorf("only %d findings", n)
	}
}

// TestOwnUnit: what was filled in 元 is held against 元, with 万元 beside it; the
// message counts in 万元 as the form does.
func TestOwnUnit(t *testing.T) {
	t.Parallel()
	inYuan := func(number string) decimal.Decimal { return decimal.RequireFromString(number).Shift(4) }
	money := func(want finding.Finding) bool { return want.Amount != "" }
	respell := func(number string) string { return "'" + inYuan(number).String() + "元" }
	n := comparisons(t, money, respell, func(t *testing.T, cell, number string, want, got finding.Finding) {
		side := aSide.FindStringSubmatch(want.Expected)
		both := func(s string) string {
			if inYuan(s).IsZero() {
				return "0"
			}
			return inYuan(s).String() + "元（即" + s + "万元）"
		}
		filled := inYuan(number).String() + "元（即" + decimal.RequireFromString(number).StringFixed(max(2, -decimal.RequireFromString(number).Exponent())) + "万元）"
		if got.Filled != filled || got.Expected != side[1]+" "+both(side[2]) || got.Difference != both(want.Difference) {
			t.Errorf("%s %s: %s | %s | %s, not %s | %s | %s", cell, want.Rule, got.Filled, got.Expected, got.Difference, filled, side[1]+" "+both(side[2]), both(want.Difference))
		}
		if number := regexp.MustCompile(`[0-9.]+`); strings.Join(decimals(number, got.Message), " ") != strings.Join(decimals(number, want.Message), " ") {
			t.Errorf("%s: the message in 元 is %q, in 万元 %q", cell, got.Message, want.Message)
		}
		plainMessage(t, got)
	})
	if n < 8 {
		t.Errorf("only %d findings", n)
	}
}

// decimals are the numbers of a text, without trailing zeros.
func decimals(number *regexp.Regexp, text string) []string {
	all := number.FindAllString(text, -1)
	for i, s := range all {
		if d, err := decimal.NewFromString(s); err == nil {
			all[i] = d.String()
		}
	}
	return all
}
