package unit

// Used are the workbooks that values of the record come from. One that a later
// delivery has replaced, or that says the same as another, is not among them.
func (r *Record) Used() map[string]bool {
	used := map[string]bool{}
	r.Item.use(used)
	return used
}

func (it *Item) use(used map[string]bool) {
	for i := range it.Fields {
		if f := &it.Fields[i]; f.Place.Workbook != "" && f.Raw != "" {
			used[f.Place.Workbook] = true
		}
	}
	for _, l := range it.Lists {
		for i := range l.Items {
			l.Items[i].use(used)
		}
	}
}
