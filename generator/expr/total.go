package expr

// total is a sum. A sum of fractions stays exact until its denominator is long.
type total struct {
	sum  num
	rest fraction // of what is split
}

const denominatorDigits = 300

func (t *total) add(f fraction) {
	switch {
	case !f.split:
		t.sum = t.sum.add(f.n)
		return
	case t.rest.split && t.rest.d.cmp(f.d) == 0:
		t.rest.n = t.rest.n.add(f.n)
		return
	}
	t.rest = t.rest.add(f, false)
	if t.rest.split && t.rest.d.digits() > denominatorDigits {
		t.rest = whole(numOf(t.rest.decimal()))
	}
}

func (t *total) fraction() fraction { return t.rest.add(whole(t.sum), false) }
