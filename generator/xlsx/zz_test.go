package xlsx
import ("os";"testing";"fmt";"math/rand/v2";"jixiao/generator/ooxml")
func TestZZ(t *testing.T){
	rng := rand.New(rand.NewPCG(5, 6)); k:=0
	for i:=range 400 { d:=randomBytes(rng)
	 tpl,_:=Compile(layoutOf(t,d),lim); if tpl==nil {continue}
	 s:=someUnits(3); s["项目"]=twoProjects["项目"]
	 doc,err:=tpl.Render(s,Options{}); must(t,err)
	 _ = i
	 must(t,os.WriteFile(fmt.Sprintf("/tmp/xlsxhelp/rnd/r%03d.xlsx",k),doc,0o644)); k++ }
	t.Log(k)
}
var lim = func() ooxml.Limits { return ooxml.DefaultLimits() }()
