package finding

import (
	"slices"
	"testing"
)

// TestSorted: by level, then by workbook; what is equal in both stays in its order.
func TestSorted(t *testing.T) {
	t.Parallel()
	list := List{
		{Rule: "1", Level: Notice, Place: Place{Workbook: "乙"}}, {Rule: "2", Level: Error, Place: Place{Workbook: "乙"}},
		{Rule: "3", Level: Notice, Place: Place{Workbook: "甲"}}, {Rule: "4", Level: Unjudged}, {Rule: "5", Level: Error, Place: Place{Workbook: "乙"}},
		{Rule: "6", Level: Error}, {Rule: "7", Level: Notice, Place: Place{Workbook: "乙"}},
	}
	for _, sorted := range []List{Sorted(list), Sorted(Sorted(list)), Sorted(nil, list[:3], list[3:])} {
		var order []string
		for _, f := range sorted {
			order = append(order, f.Rule)
		}
		if want := []string{"6", "2", "5", "1", "7", "3", "4"}; !slices.Equal(order, want) {
			t.Errorf("the order is %v, not %v", order, want)
		}
	}
	if list[0].Rule != "1" {
		t.Error("the list itself is in another order")
	}
	if Sorted(nil, List{}) != nil {
		t.Error("of no finding a list is made")
	}
}
