# What a developer types. Each target is one short script; CI runs the same ones.

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GOFLAGS_BUILD := -trimpath -ldflags "-s -w -X main.version=$(VERSION)"
export CGO_ENABLED := 0

.PHONY: run build test test-faults race fuzz bench cross lint samples office browser clean

# make run: the main job on the samples. Returned units are part of the sample,
# so exit code 3 (finished, some returned) is its expected end.
run: build
	@rm -rf out/样例
	@bin/jixiao run --in samples/青岚区2022年度/收件 --roster samples/青岚区2022年度/单位名册.xlsx --year 2022 --out out/样例 --drafts; \
	code=$$?; if [ $$code -ne 3 ]; then echo "jixiao 的退出码是 $$code，应为 3"; exit 1; fi
	@echo; echo "完成：样例里有退回和未报的单位，属正常。请用浏览器打开 $(CURDIR)/out/样例/运行报告.html"

build:
	go build $(GOFLAGS_BUILD) -o bin/jixiao ./cmd/jixiao

# Everything that needs only Go.
test:
	go vet ./...
	go test ./...

# The program killed and failed from outside: at system calls (strace), on full and
# read-only disks (root), at random moments. JIXIAO_FAULT_POINTS calls of each kind,
# JIXIAO_KILLS random kills of run and as many of watch, JIXIAO_PAUSE_SECONDS of standstill.
# Many of them only wait, so more run at a time than there are processors.
test-faults: FAULTS := TestKilled|TestFailing|TestFullDisk|TestReadOnly|TestToldToStop|TestPaused|TestRandomKills|TestPassing|TestWatch|TestMemory|TestPoison|TestReplaced|TestFormChanged|TestIrregularFiles|TestBareSystem|TestInboxReplaced
test-faults: export JIXIAO_KILLS ?= 250
test-faults: export JIXIAO_PAUSE_SECONDS ?= 60
test-faults:
	@JIXIAO_FILES=50000 go test ./generator/watch -run TestManyFiles -count=1 -v -timeout 30m & many=$$!; \
	go test -tags faults ./cmd/jixiao -run '$(FAULTS)' -count=1 -parallel 6 -timeout 60m; code=$$?; \
	wait $$many && exit $$code

race:
	CGO_ENABLED=1 go test -race ./...

# The acceptance batches alone; add UPDATE=1 to accept new results after looking at them.
samples:
	go test ./cmd/jixiao -run TestSamples $(if $(UPDATE),-update)

# Opens every output with LibreOffice and looks at what it reads. Needs soffice and pdftoppm.
office: build
	go test -tags office ./cmd/jixiao -run TestOffice -count=1

# Looks at the report of a run in headless Chromium: search, filter, links, print.
browser:
	go test -tags browser ./cmd/jixiao -run TestBrowser -count=1

FUZZTIME ?= 60s
FUZZSHORT ?= 5s
# The readers for FUZZTIME each, every other target for FUZZSHORT.
fuzz:
	.ci/fuzz $(FUZZTIME) $(FUZZSHORT)

bench:
	go test -run '^$$' -bench . -benchmem ./...

# One static binary for every machine that a bureau has.
cross:
	GOOS=linux GOARCH=amd64 go build $(GOFLAGS_BUILD) -o bin/jixiao-linux-amd64 ./cmd/jixiao
	GOOS=linux GOARCH=arm64 go build $(GOFLAGS_BUILD) -o bin/jixiao-linux-arm64 ./cmd/jixiao
	GOOS=linux GOARCH=loong64 go build $(GOFLAGS_BUILD) -o bin/jixiao-linux-loong64 ./cmd/jixiao
	GOOS=windows GOARCH=amd64 go build $(GOFLAGS_BUILD) -o bin/jixiao-windows-amd64.exe ./cmd/jixiao

lint:
	@test -z "$$(gofmt -l .)" || { echo "gofmt would change:"; gofmt -l .; exit 1; }
	go vet ./...
	go run ./cmd/jixiao form lint 整体支出

clean:
	rm -rf bin out
