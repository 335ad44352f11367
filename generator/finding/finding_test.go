package finding

import (
	"slices"
	"testing"
)

// TestSort: by level, then by workbook; what is equal in both stays in its order.
func TestSort(t *testing.T) {
	t.Parallel()
	list := List{
		{Rule: "1", Level: Notice, Place: Place{Workbook: "乙"}}, {Rule: "2", Level: Error, Place: Place{Workbook: "乙"}},
		{Rule: "3", Level: Notice, Place: Place{Workbook: "甲"}}, {Rule: "4", Level: Unjudged}, {Rule: "5", Level: Error, Place: Place{Workbook: "乙"}},
		{Rule: "6", Level: Error}, {Rule: "7", Level: Notice, Place: Place{Workbook: "乙"}},
	}
	for range 2 { // the second time there is nothing to do
		list.Sort()
		var order []string
		for _, f := range list {
			order = append(order, f.Rule)
		}
		if want := []string{"6", "2", "5", "1", "7", "3", "4"}; !slices.Equal(order, want) {
			t.Errorf("the order is %v, not %v", order, want)
		}
	}
}
