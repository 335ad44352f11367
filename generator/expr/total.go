package expr

// total is a sum. A sum of fractions stays exact until its denominator is long.
type total struct {
	sum  num
	rest fraction // of what is split
}

const denominatorDigits = 300

func (t *total) add(f *fraction) {
	if !f.split {
		if f.n.exp == t.sum.exp && f.n.big == nil && t.sum.big == nil {
			if sum := t.sum.coef + f.n.coef; (sum > t.sum.coef) == (f.n.coef > 0) {
				t.sum.coef = sum
				return
			}
		}
		t.sum = t.sum.add(f.n)
		return
	}
	switch {
	case t.rest.split && t.rest.d.cmp(f.d) == 0:
		t.rest.n = t.rest.n.add(f.n)
		return
	}
	t.rest = t.rest.add(*f, false)
	if t.rest.split && t.rest.d.digits() > denominatorDigits {
		t.rest = whole(numOf(t.rest.decimal()))
	}
}

func (t *total) fraction() fraction {
	if !t.rest.split && t.rest.sign() == 0 {
		return whole(t.sum)
	}
	return t.rest.add(whole(t.sum), false)
}
