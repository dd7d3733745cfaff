package server

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"html/template"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"gochatting/internal/message"
	"gochatting/web"
)

// languageCookie keeps the language somebody chose over the one their browser asks for.
const languageCookie = "gochatting-language"

// pages are the templates, once for each language.
type pages struct {
	codes     []string // the first is for whoever reads none of them
	matcher   language.Matcher
	templates map[string]*template.Template
	words     map[string]web.Catalogue // all there are
	boot      map[string]web.Catalogue // those that a room comes with
}

func newPages(languages map[string]web.Words, static *static) (*pages, error) {
	p := &pages{
		codes: []string{"en"}, templates: make(map[string]*template.Template),
		words: make(map[string]web.Catalogue), boot: make(map[string]web.Catalogue),
	}
	for code, words := range languages {
		p.words[code], p.boot[code] = words.All, words.Boot
		if code != "en" {
			p.codes = append(p.codes, code)
		}
	}
	slices.Sort(p.codes[1:])
	var tags []language.Tag
	for _, code := range p.codes {
		tags = append(tags, language.Make(code))
		parsed, err := template.New(code).Funcs(template.FuncMap{
			"t":       p.words[code].Say,
			"static":  static.in(code),
			"scripts": func() []string { return static.scripts },
		}).ParseFS(web.FS, "templates/*.html")
		if err != nil {
			return nil, fmt.Errorf("templates: %w", err)
		}
		p.templates[code] = parsed
	}
	p.matcher = language.NewMatcher(tags)
	return p, nil
}

// languageOf is the one that was chosen, else the best of those the browser asks for.
func (p *pages) languageOf(r *http.Request) string {
	if c, err := r.Cookie(languageCookie); err == nil && slices.Contains(p.codes, c.Value) {
		return c.Value
	}
	_, i := language.MatchStrings(p.matcher, r.Header.Get("Accept-Language"))
	return p.codes[i]
}

// A Language is one entry of the switch, by its own name.
type Language struct {
	Code, Name string
	Current    bool
}

func (p *pages) languages(current string) []Language {
	list := make([]Language, len(p.codes))
	for i, code := range p.codes {
		list[i] = Language{code, display.Self.Name(language.Make(code)), code == current}
	}
	return list
}

// show renders a page whole before it sends any of it.
func (p *pages) show(w http.ResponseWriter, r *http.Request, lang, name string, status int, data any) error {
	var page bytes.Buffer
	if err := p.templates[lang].ExecuteTemplate(&page, name, data); err != nil {
		return fmt.Errorf("server: render %s: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", lang)
	if !acceptsGzip(r) {
		w.WriteHeader(status)
		_, _ = page.WriteTo(w) // the browser has gone: nobody to tell
		return nil
	}
	h.Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	packed, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // the level is a valid one
	// A page has secrets beside what others may have written, and its length must not tell how
	// well the two compress together (BREACH): a comment of random length hides that.
	packed.Comment = strings.Repeat("-", rand.N(maxPadding))
	_, _ = page.WriteTo(packed)
	_ = packed.Close()
	return nil
}

// maxPadding is how much longer a page may be than it needs, in bytes.
const maxPadding = 256

// page makes a handler of one that may fail; then it shows what went wrong as a page.
func (s *Server) page(answer func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := answer(w, r)
		if err == nil {
			return
		}
		status, told := s.explain(r, err)
		retryAfter(w, told)
		lang := s.pages.languageOf(r)
		text := s.pages.words[lang].Say("error." + told.Code)
		if text == "" {
			text = told.Text
		}
		if err := s.pages.show(w, r, lang, "error.html", status, errorPage{lang, status, http.StatusText(status), text}); err != nil {
			s.out.Error("show an error", "err", err)
			http.Error(w, told.Text, status)
		}
	})
}

type errorPage struct {
	Lang        string
	Status      int
	Title, Text string
}

func (s *Server) foreign(http.ResponseWriter, *http.Request) error {
	return &message.Error{Code: message.CodeForbidden, Text: "Another site may not send this here."}
}

func (s *Server) nowhere(http.ResponseWriter, *http.Request) error {
	return &message.Error{Code: message.CodeNotFound, Text: "There is no such page."}
}

// language keeps the language that was chosen, and goes back to where it was chosen.
func (s *Server) language(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if lang := r.PostForm.Get("lang"); slices.Contains(s.pages.codes, lang) {
		http.SetCookie(w, &http.Cookie{
			Name: languageCookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 60 * 60,
			HttpOnly: true, Secure: s.cfg.secure(), SameSite: http.SameSiteLaxMode,
		})
	}
	http.Redirect(w, r, local(r.PostForm.Get("next"), "/"), http.StatusSeeOther)
	return nil
}
