package xlsx
import ("os";"testing")
func TestZZ(t *testing.T){
 w:=func(n string,b []byte){must(t,os.WriteFile("/tmp/xlsxhelp/"+n+".xlsx",b,0o644))}
 w("anchored",render(t,compile(t,anchored(t)),someUnits(8)))
 w("anchored0",render(t,compile(t,anchored(t)),someUnits(0)))
 w("card",render(t,compile(t,card(t,"项目自评表")),twoProjects))
 o,err:=compile(t,card(t,"项目自评表")).Render(twoProjects,Options{Stamp:"未通过审核（3处错误）"}); must(t,err)
 w("stamped",o)
 w("card0",render(t,compile(t,card(t,"项目自评表")),record{"年度":"2022","项目":[]record{}}))
}
