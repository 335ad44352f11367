package intake

import (
	"archive/zip"
	"errors"
	"io"
	"path"
	"strings"

	"jixiao/generator/ooxml"
)

// kind is what a file is that is not called like a workbook.
type kind int

const (
	otherKind   kind = iota // a letter, a scanned page: nothing that intake reads
	bookKind                // a workbook
	archiveKind             // a zip archive with workbooks in it
	packedKind              // an archive of another kind
)

// documents are the extensions of office documents that are no workbooks: what is
// in a protected one cannot be told from its content.
var documents = []string{".doc", ".docx", ".docm", ".dot", ".dotx", ".wps", ".wpt", ".ppt", ".pptx", ".pptm", ".dps", ".vsd", ".vsdx"}

// recognise tells by its content what a file is whose name does not say. Only a
// name that nothing is known of is looked into, and little of the file is read.
func recognise(file, name string, limits ooxml.Limits) (kind, error) {
	r, err := openRegular(file)
	if withheld(err) {
		return otherKind, nil
	} else if err != nil {
		return otherKind, err
	}
	defer r.Close() // it was only read
	info, err := r.Stat()
	if err != nil {
		return otherKind, err
	}
	head := make([]byte, 8)
	n, err := r.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return otherKind, err
	}
	switch head = head[:n]; {
	case strings.HasPrefix(string(head), "PK\x03\x04"):
		metered := &meter{r: r, left: directoryCap}
		zr, err := zip.NewReader(metered, info.Size())
		if metered.err != nil {
			return otherKind, metered.err
		}
		if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
			return otherKind, nil // broken, and nothing says that it was a workbook
		}
		return zipKind(zr), nil
	case strings.HasPrefix(string(head), "Rar!"), strings.HasPrefix(string(head), "7z\xbc\xaf"):
		return packedKind, nil
	case !compound(head) || info.Size() > limits.File:
		return otherKind, nil
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, info.Size()), data); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return otherKind, nil // it was cut off meanwhile
		}
		return otherKind, err
	}
	protected := wideName(data, "EncryptedPackage") && !hasExtension(name, documents...)
	if protected || oldWorkbook(data) {
		return bookKind, nil
	}
	return otherKind, nil
}

// zipKind tells a workbook, an archive of workbooks and another zip (a .docx, an .ofd) apart.
func zipKind(zr *zip.Reader) kind {
	found := otherKind
	for _, e := range zr.File {
		switch inner := entryName(e); {
		case strings.HasPrefix(strings.ToLower(inner), "xl/"):
			return bookKind
		case inner == "[Content_Types].xml", inner == "mimetype":
			return otherKind
		case !hasJunk(inner) && (spreadsheet(inner) || isPacked(inner)):
			found = archiveKind
		}
	}
	return found
}

// isPacked reports whether a name is that of an archive of any kind.
func isPacked(name string) bool { return hasExtension(name, ".zip", ".rar", ".7z") }

func hasExtension(name string, any ...string) bool {
	ext := strings.ToLower(path.Ext(name))
	for _, e := range any {
		if ext == e {
			return true
		}
	}
	return false
}

// packed is the damage of an archive that is no zip.
func packed() *ooxml.Damage {
	return &ooxml.Damage{Code: ooxml.CodeKind, Message: "文件是 RAR 或 7z 压缩包，本程序只解 zip 压缩包。" + unpackAdvice + "，或改用 zip 压缩"}
}
