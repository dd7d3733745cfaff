package markup

import (
	"html"
	"regexp"
	"strings"
	"time"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// mostCode is how many bytes of code in one block are highlighted; more stay plain.
const mostCode = 4 << 10

// languages are those whose lexers were found to stop in time whatever they are given: they are
// asked for one token at a time, which none of them makes long. Others are shown plain.
var languages = strings.Fields(`
	awk bash bash-session batch c clojure cmake coffeescript cpp crystal csharp css d dart diff docker
	elixir erlang fortran fsharp gas go graphql groovy haskell hcl html ini java javascript json julia kotlin
	llvm lua make matlab mysql nasm nginx nim nix objective-c ocaml perl php postgresql powershell prolog
	protobuf python r react ruby rust sass scala scheme scss solidity sql swift tcl terraform tex toml typescript
	vb.net vim vue xml yaml zig`)

var languageName = regexp.MustCompile(`^[a-z0-9_+#.-]{1,20}$`)

// languageOf reads the info of a block of code, such as "go" or "js title=x". ok is false if that
// is nothing of the kind, and so rather the code's first line.
func languageOf(info string) (language string, ok bool) {
	if info == "" {
		return "", true
	}
	words := strings.Fields(strings.ToLower(info))
	if !languageName.MatchString(words[0]) || len(words) > 1 && !strings.ContainsAny(info, "={") {
		return "", false
	}
	return words[0], true
}

// highlighters know the languages, by all their names.
type highlighters map[string]chroma.Lexer

func newHighlighters() highlighters {
	all := make(highlighters)
	for _, name := range languages {
		lexer := lexers.Get(name)
		all[name] = lexer
		for _, alias := range lexer.Config().Aliases {
			all[strings.ToLower(alias)] = lexer
		}
	}
	return all
}

// A highlighter is for the code in one message.
type highlighter struct {
	lexers highlighters
	room   int           // bytes of HTML that highlighting may still add
	limit  time.Duration // for all blocks together
	until  time.Time     // zero before the first of them
}

// highlight gives code as HTML: with classes, if that can be had in time and in the room there is.
func (h *highlighter) highlight(language, code string) (out string) {
	plain := html.EscapeString(code)
	lexer := h.lexers[language]
	if lexer == nil || len(code) > mostCode {
		return plain
	}
	defer func() {
		if recover() != nil { // this is how lexers fail
			out = plain
		}
	}()
	tokens, err := lexer.Tokenise(nil, code+"\n")
	if err != nil {
		return plain
	}
	if h.until.IsZero() {
		h.until = time.Now().Add(h.limit)
	}
	p := painter{left: len(code)}
	for token := range tokens.Stdlib() {
		if p.paint(token); time.Now().After(h.until) {
			return plain
		}
	}
	p.flush()
	if more := p.Len() - len(plain); p.left == 0 && more <= h.room {
		h.room -= more
		return p.String()
	}
	return plain
}

// A painter writes tokens, those of one class together.
type painter struct {
	strings.Builder
	left  int // bytes of the code not seen yet; what comes after them is not part of it
	text  strings.Builder
	class string
}

func (p *painter) paint(token chroma.Token) {
	text := token.Value[:min(len(token.Value), p.left)]
	p.left -= len(text)
	if class := classOf(token.Type); class != p.class && strings.TrimSpace(text) != "" {
		p.flush()
		p.class = class
	}
	p.text.WriteString(text)
}

func (p *painter) flush() {
	text := html.EscapeString(p.text.String())
	p.text.Reset()
	if p.class != "" && text != "" {
		text = `<span class="` + p.class + `">` + text + `</span>`
	}
	p.WriteString(text)
}

// classOf is the class of the page's style for a token: chroma's own, where we tell it from others.
func classOf(t chroma.TokenType) string {
	for _, is := range []chroma.TokenType{t, t.SubCategory(), t.Category()} {
		if class, ok := classes[is]; ok {
			return class
		}
	}
	return ""
}

var classes = map[chroma.TokenType]string{
	chroma.Comment:             "c",
	chroma.CommentPreproc:      "cp",
	chroma.Keyword:             "k",
	chroma.KeywordConstant:     "kc",
	chroma.KeywordType:         "kt",
	chroma.OperatorWord:        "k",
	chroma.LiteralString:       "s",
	chroma.LiteralStringEscape: "se",
	chroma.LiteralNumber:       "m",
	chroma.NameFunction:        "nf",
	chroma.NameClass:           "nc",
	chroma.NameBuiltin:         "nb",
	chroma.NameTag:             "nt",
	chroma.NameAttribute:       "na",
	chroma.NameProperty:        "na",
	chroma.NameDecorator:       "nd",
	chroma.NameVariable:        "nv",
	chroma.NameConstant:        "kc",
	chroma.GenericInserted:     "gi",
	chroma.GenericDeleted:      "gd",
	chroma.GenericHeading:      "gh",
	chroma.GenericSubheading:   "gh",
	chroma.GenericPrompt:       "c",
}
