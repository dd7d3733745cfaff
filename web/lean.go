package web

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

// Lean is a script or style sheet as it goes over the wire: without indentation, and without the
// comments that have lines of their own. They are for those who read the source, and a sixth of it.
// No literal in it may go over several lines, which a test sees to. What a style sheet imports from its
// folder is put in its place: one file packs better than many, and is there at once.
func Lean(name string, text []byte) []byte {
	var comment func(line []byte) bool
	switch path.Ext(name) {
	case ".js":
		comment = func(line []byte) bool { return bytes.HasPrefix(line, []byte("//")) }
	case ".css":
		text = styleComment.ReplaceAll(text, nil)
		text = styleImport.ReplaceAllFunc(text, func(line []byte) []byte {
			sheet := path.Join("static", path.Dir(name), string(styleImport.FindSubmatch(line)[1]))
			imported, err := FS.ReadFile(sheet)
			if err != nil {
				return line // as a test would tell
			}
			return Lean(strings.TrimPrefix(sheet, "static/"), imported)
		})
		comment = func([]byte) bool { return false }
	default:
		return text
	}
	var lean bytes.Buffer
	for line := range bytes.Lines(text) {
		if line = bytes.TrimLeft(line, " \t\r\n"); len(line) > 0 && !comment(line) {
			lean.Write(line)
		}
	}
	return lean.Bytes()
}

var (
	styleComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	styleImport  = regexp.MustCompile(`(?m)^@import "([^"]+)";\n`)
)
