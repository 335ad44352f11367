package generator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"jixiao/generator/intake"
	"jixiao/generator/publish"
	"jixiao/generator/report"
	"jixiao/generator/unit"
)

// MergeError says why shards cannot be joined, and what to do.
type MergeError struct{ Message string }

// Error is the message for the user.
func (e *MergeError) Error() string { return e.Message }

func unmerged(format string, args ...any) error { return &MergeError{fmt.Sprintf(format, args...)} }

// source is a results folder that shards were written to.
type source struct {
	dir    string
	folder *publish.Folder
}

// shardSet is the shards of one plan.
type shardSet struct {
	plan  string
	count int
	parts map[int]part
}

type part struct {
	shardRecord
	from *source
}

// Merge joins what shards have done in the folders from (none: in job.Out itself)
// and renders what is made of all units together. It proves first that all shards
// worked by one plan, and that every unit of it was delivered by its shard exactly
// once, with every document as its receipt names it. The results are those of one
// run, byte for byte. What proves otherwise is a *MergeError.
func Merge(ctx context.Context, job Job, from []string, progress Progress) (_ *report.Run, err error) {
	if len(from) == 0 {
		from = []string{job.Out}
	}
	var sources []*source
	defer func() {
		for _, f := range sources {
			err = errors.Join(err, f.folder.Close())
		}
	}()
	for _, dir := range from {
		f, err := publish.Look(dir)
		if err != nil {
			return nil, fmt.Errorf("打开分片成果 %s：%w", dir, err)
		}
		sources = append(sources, &source{dir, f})
	}
	s, err := Begin(job)
	if err != nil {
		return nil, err
	}
	run, err := s.merge(ctx, sources, progress)
	return run, s.End(run, err)
}

func (s *Session) merge(ctx context.Context, sources []*source, progress Progress) (*report.Run, error) {
	s.tell(told{stage: "run", code: codeStart})
	set, p, err := s.gather(sources)
	if err != nil {
		return nil, err
	}
	owner, err := s.prove(set, p)
	if err != nil {
		return nil, err
	}
	// The job takes over what the shards were told, so that receipts and manifest say the same.
	s.job.Year, s.job.Layout, s.job.Drafts = p.Year, p.Layout, slices.Contains(p.Options, "drafts")
	var entries []*entry
	for i := range p.Entries {
		e := &p.Entries[i]
		if e.Folder != "" {
			e.Parcel = &intake.Parcel{Unit: e.Unit}
		}
		entries = append(entries, e)
	}
	units, err := s.units(ctx, entries, progress, func(_ context.Context, parcel intake.Parcel, folder string) (report.Unit, error) {
		return s.join(parcel.Unit, folder, owner[folder])
	})
	if err != nil {
		return nil, err
	}
	run := p.report(units)
	return run, s.Finish(run)
}

// gather reads the records of all shards and chooses the one set that is complete.
func (s *Session) gather(sources []*source) (*shardSet, *plan, error) {
	sets := map[string]*shardSet{}
	for _, from := range sources {
		records, err := from.records()
		if err != nil {
			return nil, nil, err
		}
		for _, r := range records {
			key := fmt.Sprint(r.Shard.Count, r.Plan)
			if sets[key] == nil {
				sets[key] = &shardSet{plan: r.Plan, count: r.Shard.Count, parts: map[int]part{}}
			}
			if other, ok := sets[key].parts[r.Shard.Index]; ok {
				return nil, nil, unmerged("分片 %s 有两份结果：%s 和 %s。请只写其中一份", r.Shard, other.from.dir, from.dir)
			}
			sets[key].parts[r.Shard.Index] = part{r, from}
		}
	}
	if len(sets) == 0 {
		return nil, nil, unmerged("这些文件夹里没有分片的结果。请先用 jixiao run --shard 1/n 等把每一片都运行完")
	}
	var whole []*shardSet
	var found []string
	for _, set := range sets {
		if len(set.parts) == set.count {
			whole = append(whole, set)
		}
		found = append(found, set.String())
	}
	slices.Sort(found)
	switch {
	case len(whole) > 1:
		return nil, nil, unmerged("有不止一组完整的分片：%s。请删去旧的那一组（%s/shards/ 里的文件）", strings.Join(found, "；"), publish.StateFolder)
	case len(whole) == 0 && len(sets) > 1:
		return nil, nil, unmerged("各分片的收件、名册、套表、程序或选项不一样，不能合并：%s。请用同样的收件和选项把每一片重新运行一次", strings.Join(found, "；"))
	case len(whole) == 0:
		return nil, nil, unmerged("分片没有齐：%s。请把缺的分片运行完", found[0])
	}
	set := whole[0]
	p, err := set.readPlan()
	return set, p, err
}

// String says which shards there are.
func (set *shardSet) String() string {
	var have, lack []string
	for i := 1; i <= set.count; i++ {
		if _, ok := set.parts[i]; ok {
			have = append(have, fmt.Sprint(i))
		} else {
			lack = append(lack, fmt.Sprint(i))
		}
	}
	text := fmt.Sprintf("共%d片，有第 %s 片", set.count, strings.Join(have, "、"))
	if len(lack) > 0 {
		text += "，缺第 " + strings.Join(lack, "、") + " 片"
	}
	return text + "（计划 " + set.plan[:8] + "）"
}

func (from *source) records() ([]shardRecord, error) {
	dir := publish.StateFolder + "/shards"
	entries, err := fs.ReadDir(from.folder.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var records []shardRecord
	for _, e := range entries {
		data, err := from.folder.ReadFile(path.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		var r shardRecord
		if json.Unmarshal(data, &r) != nil || r.Version != 1 || e.Name() != r.Shard.name()+".json" || len(r.Plan) != 64 {
			return nil, unmerged("分片的结果 %s/%s/%s 已损坏。请把这一片重新运行一次", from.dir, dir, e.Name())
		}
		records = append(records, r)
	}
	return records, nil
}

func (set *shardSet) readPlan() (*plan, error) {
	from := set.parts[1].from
	data, err := from.folder.ReadFile(path.Join(publish.StateFolder, planFile(set.plan)))
	if err != nil {
		return nil, fmt.Errorf("读取分片的计划：%w", err)
	}
	var p plan
	if publish.Hash(data) != set.plan || json.Unmarshal(data, &p) != nil || p.Version != 1 {
		return nil, unmerged("%s 里分片的计划已损坏。请把每一片重新运行一次", from.dir)
	}
	return &p, nil
}

// prove holds the deliveries against the plan, and the plan against the roster
// and the program at hand. What it returns is who has delivered each folder.
func (s *Session) prove(set *shardSet, p *plan) (map[string]*source, error) {
	if p.Form.SHA256 != s.job.Form.SHA256 {
		return nil, unmerged("分片是用套表 %s 的另一个版本做的，请用同样的 --form 合并", p.Form.Name)
	}
	if p.Program.Version != s.job.Program {
		return nil, unmerged("分片是用 %s 做的，现在是 %s。请用同一个版本合并", p.Program.Version, s.job.Program)
	}
	if err := onceEach(p, s.job.Roster); err != nil {
		return nil, err
	}
	owner := map[string]*source{}
	for i := 1; i <= set.count; i++ {
		for _, d := range set.parts[i].Units {
			if owner[d.Receipt] != nil {
				return nil, unmerged("%s 被做了两次（其中一次在第 %d 片）。请把每一片重新运行一次", d.Receipt, i)
			}
			owner[d.Receipt] = set.parts[i].from
		}
	}
	planned := 0
	for _, e := range p.Entries {
		if e.Folder == "" {
			continue
		}
		planned++
		if owner[e.Folder] == nil {
			return nil, unmerged("没有一片做了 %s。请把每一片重新运行一次", e.Unit.Name)
		}
	}
	if planned != len(owner) {
		return nil, unmerged("分片里有计划外的单位：做了 %d 家，计划是 %d 家。请把每一片重新运行一次", len(owner), planned)
	}
	return owner, nil
}

// onceEach proves that the plan has every unit of the roster, and every file of
// the inbox, exactly once.
func onceEach(p *plan, roster *unit.Roster) error {
	if roster != nil && rosterSum(roster) != p.Roster {
		return unmerged("单位名册与分片用的不一样。请用同一份 --roster 合并，或者用现在的名册把每一片重新运行一次")
	}
	units, files := map[string]int{}, map[string]int{}
	for _, e := range p.Entries {
		units[e.Unit.Code+"\x00"+e.Unit.Name]++
		for _, f := range e.Files {
			files[f]++
		}
	}
	if roster != nil {
		for _, u := range roster.Units {
			if n := units[u.Code+"\x00"+u.Name]; n != 1 {
				return unmerged("名册里的 %s 在分片里出现了 %d 次，应为 1 次", u.Name, n)
			}
		}
	}
	for _, f := range p.Files {
		if n := files[f.Name]; n != 1 {
			return unmerged("收件里的 %s 在分片里出现了 %d 次，应为 1 次", f.Name, n)
		}
	}
	return nil
}

// join brings one unit's documents over from its shard.
func (s *Session) join(u unit.Unit, folder string, from *source) (report.Unit, error) {
	began := time.Now()
	again := unmerged("%s 里 %s 的文件或回执缺了或被改动过。请把它所在的分片重新运行一次", from.dir, u.Name)
	receipt, err := from.folder.Receipt(folder)
	var damaged *publish.DamagedError
	if receipt == nil || errors.As(err, &damaged) {
		return report.Unit{}, again
	}
	if err != nil {
		return report.Unit{}, err
	}
	kept, err := from.folder.Verdict(receipt)
	if err != nil {
		return report.Unit{}, err
	}
	var verdict unit.Verdict
	if kept == nil || json.Unmarshal(kept, &verdict) != nil || verdict.Record == nil || verdict.Record.Submission == nil {
		return report.Unit{}, again
	}
	if whole, err := from.folder.Stands(receipt); err != nil {
		return report.Unit{}, err
	} else if !whole {
		return report.Unit{}, again
	}
	done := codeStanding
	if standing, err := s.standing(receipt); err != nil {
		return report.Unit{}, err
	} else if standing == nil {
		docs := make([]unit.Document, len(receipt.Outputs))
		for i, o := range receipt.Outputs {
			docs[i].Path = o.Path
			if docs[i].Data, err = from.folder.ReadFile(o.Path); err != nil {
				return report.Unit{}, err
			}
			if publish.Hash(docs[i].Data) != o.SHA256 {
				return report.Unit{}, again
			}
		}
		if err := s.results.Publish(publish.Package{Receipt: *receipt, Documents: docs, Verdict: kept}); err != nil {
			return report.Unit{}, err
		}
		done = codePublished
	}
	out := report.Unit{Unit: u, Outcome: verdict.Outcome(), Verdict: &verdict, Documents: s.documents(receipt.Outputs)}
	s.tell(told{unit: folder, stage: "merge", code: done, took: time.Since(began)})
	s.note(folder, out, done, began)
	return out, nil
}
