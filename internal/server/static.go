package server

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"gochatting/web"
)

// staticBase is where the static files of all versions are.
const staticBase = "/static/"

// versionBytes are enough of a hash to tell a few versions apart.
const versionBytes = 8

// A static serves web/static under a version that changes with its content, so that browsers may
// keep all of it for ever, and modules find each other by relative paths. In each language all of
// it is the same but for one module more: the words of what is loaded on first use.
type static struct {
	version string
	files   map[string]*file // by path below web/static
	words   map[string]*file // by language
	scripts []string         // the modules that the page asks for before they import each other; not those for later
}

// catalogue is the path of the words, beside those who say them.
const catalogue = "js/later/catalogue.js"

// A file is kept as it is and, from its first use on, compressed.
type file struct {
	mime   string
	plain  []byte
	packed func() []byte // nil if that makes it no smaller
}

func newFile(mime string, data []byte) *file {
	return &file{mime, data, sync.OnceValue(func() []byte { return pack(data) })}
}

func newStatic(languages map[string]web.Words) (*static, error) {
	s := &static{files: make(map[string]*file), words: make(map[string]*file)}
	sum := sha256.New()
	add := func(files map[string]*file, name, mime string, data []byte) {
		fmt.Fprintf(sum, "%s %d\n%s", name, len(data), data)
		files[name] = newFile(mime, data)
	}
	for _, code := range slices.Sorted(maps.Keys(languages)) {
		words, err := languages[code].Later.Module()
		if err != nil {
			return nil, fmt.Errorf("words in %s: %w", code, err)
		}
		add(s.words, code, mimeOf(catalogue), words)
	}
	err := fs.WalkDir(web.FS, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(web.FS, name)
		if err != nil {
			return err
		}
		name = strings.TrimPrefix(name, "static/")
		add(s.files, name, mimeOf(name), web.Lean(name, data))
		if path.Ext(name) == ".js" && !strings.Contains(name, "/later/") {
			s.scripts = append(s.scripts, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("static files: %w", err)
	}
	slices.Sort(s.scripts)
	s.version = hex.EncodeToString(sum.Sum(nil)[:versionBytes])
	return s, nil
}

// mimeOf does not depend on what the machine it runs on thinks of an ending.
func mimeOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func pack(data []byte) []byte {
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // the level is a valid one
	_, _ = w.Write(data)                                       // into memory
	_ = w.Close()
	if packed.Len() >= len(data) {
		return nil
	}
	return packed.Bytes()
}

// in returns where a file of web/static is found, for pages in that language.
func (s *static) in(language string) func(file string) string {
	return func(file string) string { return staticBase + s.version + "/" + language + "/" + file }
}

// serve answers with the file of this path below the prefix.
func (s *static) serve(w http.ResponseWriter, r *http.Request, path string) {
	language, name, _ := strings.Cut(path, "/")
	f, words := s.files[name], s.words[language]
	if name == catalogue {
		f = words
	}
	if f == nil || words == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", f.mime)
	h.Set("Vary", "Accept-Encoding")
	body := f.plain
	if acceptsGzip(r) {
		if packed := f.packed(); packed != nil {
			h.Set("Content-Encoding", "gzip")
			body = packed
		}
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	_, _ = w.Write(body) // the browser has gone: nobody to tell
}

// acceptsGzip reads Accept-Encoding (RFC 9110 §12.5.3) as browsers write it. Who refuses gzip by
// a quality of 0 names it all the same, and is the only one to do so.
func acceptsGzip(r *http.Request) bool {
	for coding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, weighed := strings.Cut(strings.TrimSpace(coding), ";")
		if strings.TrimSpace(name) == "gzip" {
			return !weighed || strings.Trim(quality, " q=0.") != ""
		}
	}
	return false
}
