package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
)

// The histogram of the page, in the units of its viewBox.
const (
	chartWidth  = 540
	chartHeight = 240
	chartTop    = 22  // room for the count above the tallest bar
	chartBase   = 210 // where the bars stand
	barGap      = 10
)

// scoresView is the distribution as page.html draws it.
type scoresView struct {
	Count             int
	Left              int
	Mean, Median      string
	Min, Max          string
	Width, Height     int
	Base              int
	Bars              []barView
	Grades            []gradeView
	Text              string // what the picture says, for those who cannot see it
	LabelY            int
	AxisEnd, AxisBase int
}

type barView struct {
	X, Y, Width, Height int
	Middle              int // where its labels are centred
	CountY              int
	Count               int
	Label               string
	Class               string // the grade's
}

type gradeView struct {
	Name, Span, Class, Percent string
	Count                      int
}

// newScoresView lays out the histogram; nil when there is nothing to draw.
func newScoresView(s scores) *scoresView {
	if s.Count == 0 {
		return nil
	}
	v := &scoresView{
		Count: s.Count, Left: s.Left,
		Mean: round(s.Mean), Median: round(s.Median), Min: round(s.Min), Max: round(s.Max),
		Width: chartWidth, Height: chartHeight, Base: chartBase, LabelY: chartBase + 18,
		AxisEnd: chartWidth, AxisBase: chartBase,
	}
	tallest := slices.Max(s.Bins[:])
	slot := chartWidth / binCount
	v.Text = fmt.Sprintf("%d家通过单位的总分分布：", s.Count)
	for i, n := range s.Bins {
		b := barView{X: i*slot + barGap/2, Width: slot - barGap, Middle: i*slot + slot/2, Count: n}
		b.Height = n * (chartBase - chartTop) / tallest
		if n > 0 {
			b.Height = max(b.Height, 2)
			v.Text += fmt.Sprintf("%s分%d家，", binLabel(i), n)
		}
		b.Y = chartBase - b.Height
		b.CountY = b.Y - 6
		b.Label = binLabel(i)
		b.Class = gradeClass(binGrade(i))
		v.Bars = append(v.Bars, b)
	}
	v.Text += fmt.Sprintf("平均%s分", v.Mean)
	for i, g := range grades {
		v.Grades = append(v.Grades, gradeView{g.Name, g.Span, gradeClass(i), percent(s.Grades[i], s.Count), s.Grades[i]})
	}
	return v
}

// round prints a score with at most two decimals, half up.
func round(d decimal.Decimal) string { return d.Round(2).String() }

// binLabel is what stands under a bar.
func binLabel(i int) string {
	if i == 0 {
		return fmt.Sprintf("<%d", firstBin)
	}
	from := firstBin + (i-1)*binWidth
	return fmt.Sprintf("%d–%d", from, from+binWidth)
}

// binGrade is the grade that the scores of a bar get; no bar spans two.
func binGrade(i int) int {
	from := decimal.Zero
	if i > 0 {
		from = decimal.NewFromInt(int64(firstBin + (i-1)*binWidth))
	}
	for g := range grades {
		if from.GreaterThanOrEqual(grades[g].From) {
			return g
		}
	}
	return len(grades) - 1
}

func gradeClass(i int) string { return fmt.Sprintf("g%d", i+1) }

// byFrequency orders tallies by how often the rule was broken, most first.
func byFrequency(tallies []ruleTally) []ruleTally {
	sorted := slices.Clone(tallies)
	slices.SortStableFunc(sorted, func(a, b ruleTally) int { return cmp.Compare(b.Times, a.Times) })
	return sorted
}
