// Package generator turns an inbox of filled-in workbooks into a bureau's
// official documents. [Run] is the whole pipeline, on one screen:
//
//	workbooks ─► intake ─► extract ─► audit ─► render ─► publish ─► documents
//	             which     cells to    rules     fill the   write them   + report
//	             file is   named,      to        templates  safely
//	             whose     typed       findings
//	                       values
//
// The stages hand on distinct types (package unit: Submission, Record, Verdict,
// Document) and never import each other; nothing is changed after it was handed
// on. After intake nobody opens a file again; extract and audit are pure
// functions of data. A form is compiled once, before the first workbook is
// opened (package form), and then shared by all workers.
//
//	generator.go  Job and Run
//	plan.go       what there is to do: who has sent what, in which order
//	session.go    a job with its results folder open: journal and manifest
//	reading.go    files that a run dies of
//	stages.go     one unit through the five stages
//	receipt.go    what a unit's receipt says, and when it proves the unit done
//	finish.go     汇总/, the accounts, SHA256SUMS
//	shard.go      one part of a job; too many returned units
//	merge.go      the parts joined
//	verify.go     a results folder held against its receipts
//	dropfolder.go the drop folder: what arrives, joined with what is there; _renew.go: another form or program
//	layout.go     where things stand below the results
//	trouble.go    trouble with the machine, in words
//
// # The words
//
//	单位 unit            one department that reports
//	单位名册 roster       the bureau's own list of units
//	套表 form            a form package: fill-in workbook, rules, output templates
//	填报表 fill-in workbook  what units fill in; tags mark the cells
//	报送件 workbook       one file that came in
//	报送 submission       all workbooks of one unit in one run
//	字段 field           one named value of a record
//	列表 list            a named sequence of items inside a record
//	记录 record          the values read for one unit, each remembering its cell
//	计算项 derived field  a field computed from others
//	审核公式 rule         one check; 错误 (error) blocks, 提示 (notice) does not
//	审核结果 finding      one rule broken at one place
//	退回 returned        a unit whose submission has errors
//	未报 missing         a unit of the roster with no workbook
//	成果 results         the published documents
//	批次 run             one pass over an inbox
//	回执 receipt         what a finished unit leaves: the truth about what is done
//	分片 shard           one part of a job that several processes share
//
// # Who may import whom
//
// An import may only point to a lower floor. layout_test.go holds this table
// against the real imports; a package without a row fails.
//
//	value      :
//	ooxml      :
//	finding    :
//	expr       : value
//	tag        : value expr
//	docx       : value expr tag ooxml
//	xlsx       : value expr tag ooxml
//	fillin     : value expr tag ooxml
//	unit       : value expr finding ooxml fillin
//	form       : value expr tag finding ooxml docx xlsx fillin unit
//	intake     : value finding ooxml fillin unit
//	extract    : value finding ooxml fillin unit
//	audit      : value expr finding form unit
//	render     : value expr tag finding ooxml form unit
//	patience   :
//	publish    : unit patience
//	report     : value finding unit
//	ledger     : publish
//	schedule   : publish
//	notify     :
//	watch      : patience
//	templates  :
//	generator  : value finding ooxml form unit intake extract audit render publish report watch
//	cmd/jixiao : finding ooxml tag form unit intake publish report generator templates ledger schedule notify watch
package generator
