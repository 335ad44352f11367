package value

// Wants is the type of value that the pipes are about, with the pipe that says
// so: 金额 for {{…|大写}}, 日期 for {{…|日期:yyyy}}. Any number will do for 数, 整数,
// 千分位 and 增减, which say 数. "" when the pipes print whatever there is.
func (f *Format) Wants() (t Type, pipe string) {
	switch {
	case f.typ == TypeInteger || f.typ == TypeNumber:
		return TypeNumber, string(f.typ)
	case f.typ.isFigure() || f.typ == TypeDate:
		return f.typ, string(f.typ)
	case f.layout != nil:
		return TypeDate, string(TypeDate)
	case f.print == printDefault:
		return "", ""
	case f.print == printMoney || f.print == printUppercase && !f.inYuan:
		return TypeAmount, f.printName
	case f.print == printPercent:
		return TypePercent, f.printName
	}
	return TypeNumber, f.printName
}
