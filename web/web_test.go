package web

import (
	"bytes"
	"html/template"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func catalogues(t *testing.T) map[string]Catalogue {
	t.Helper()
	all, err := Catalogues()
	require.NoError(t, err)
	require.Contains(t, all, "en")
	require.Contains(t, all, "zh")
	return all
}

// read gives the text of every embedded file with that ending, by path.
func read(t *testing.T, ending string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	require.NoError(t, fs.WalkDir(FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ending) {
			return err
		}
		text, err := FS.ReadFile(name)
		files[name] = string(text)
		return err
	}))
	require.NotEmpty(t, files)
	return files
}

func TestSay(t *testing.T) {
	c := Catalogue{"left": "{n} bytes left in {room}", "plain": "Hello"}
	assert.Equal(t, "9 bytes left in {lobby}", c.Say("left", "n", 9, "room", "{lobby}"))
	assert.Equal(t, "{n} bytes left in {room}", c.Say("left"))
	assert.Equal(t, "Hello", c.Say("plain", "n", 9))
	assert.Empty(t, c.Say("unknown"))
}

// The plural forms of each language, but "other", which all have (Unicode CLDR, cardinals; "many"
// of some Romance languages is left out: it begins at a million).
var plurals = map[string][]string{"en": {"one"}, "zh": nil}

func TestNoLanguageLacksAKey(t *testing.T) {
	all := catalogues(t)
	for code, c := range all {
		forms, known := plurals[code]
		require.True(t, known, "say which plural forms %s has", code)
		var want []string
		for key := range all["en"] {
			base, plural := strings.CutSuffix(key, ".other")
			if _, isPlural := all["en"][strings.TrimSuffix(key, ".one")+".other"]; isPlural && !plural {
				continue
			}
			want = append(want, key)
			if plural {
				for _, form := range forms {
					want = append(want, base+"."+form)
				}
			}
		}
		assert.ElementsMatch(t, want, slices.Collect(maps.Keys(c)), "%s.json", code)
		for key, sentence := range c {
			assert.NotEmpty(t, strings.TrimSpace(sentence), "%s.json: %s", code, key)
		}
	}
}

// What a sentence leaves to be filled in, its translations have too. Those of notices choose
// between how many more there are and how many altogether.
func TestTranslationsKeepTheNames(t *testing.T) {
	blank := regexp.MustCompile(`\{\w+\}`)
	names := func(sentence string) []string {
		found := blank.FindAllString(strings.ReplaceAll(sentence, "{total}", "{n}"), -1)
		slices.Sort(found)
		return found
	}
	all := catalogues(t)
	for code, c := range all {
		for key, sentence := range c {
			assert.Equal(t, names(all["en"][key]), names(sentence), "%s.json: %s", code, key)
		}
	}
}

// What is said by a key made up at run time.
var madeUp = regexp.MustCompile(`^(error|status|connection)\.|^join\.(bad_email|wrong_code|slow_down)$|^notice\.(came|left)(\.many)?$|^slash\.(me|shrug|topic|join|invite)(\.usage)?$`)

func TestEveryWordIsSaid(t *testing.T) {
	said := make(map[string]string)
	for _, way := range []struct{ ending, pattern string }{
		{".html", `\bt "([\w.]+)"`},
		{".js", `\b(?:t|end)\('([\w.]+)'`},
		{".js", `\b(?:says: |sign\()'([\w.]+)'`},
		{".js", `\bt\([^()'?]+\? '([\w.]+)' : '[\w.]+'`},
		{".js", `\bt\([^()'?]+\? '[\w.]+' : '([\w.]+)'`},
	} {
		for name, text := range read(t, way.ending) {
			for _, found := range regexp.MustCompile(way.pattern).FindAllStringSubmatch(text, -1) {
				said[found[1]] = name
			}
		}
	}
	for name, text := range read(t, ".js") {
		for _, call := range regexp.MustCompile(`\bcounted\(([^,]+),`).FindAllStringSubmatch(text, -1) {
			for _, key := range regexp.MustCompile(`'([\w.]+)'`).FindAllStringSubmatch(call[1], -1) {
				said[key[1]+".other"] = name
			}
		}
	}
	require.Greater(t, len(said), 40)
	for code, c := range catalogues(t) {
		for key, name := range said {
			assert.Contains(t, c, key, "%s says it, %s.json lacks it", name, code)
		}
		for key := range c {
			other, one := strings.CutSuffix(key, ".one")
			if one {
				key = other + ".other"
			}
			assert.True(t, said[key] != "" || madeUp.MatchString(key), "%s.json: nobody says %s", code, key)
		}
	}
}

// Every file that another one names is there, and every file there is named.
func TestFilesFindEachOther(t *testing.T) {
	named := make(map[string]bool)
	for _, way := range []struct {
		ending, pattern string
		file            func(of, found string) string
	}{
		{".html", `static "([^"]+)"`, func(_, found string) string { return path.Join("static", found) }},
		{".css", `@import "([^"]+)"`, beside},
		{".js", `(?:from |import |import\()'([^']+)'`, beside},
		{".js", `\blater\('([^']+)'\)`, func(_, found string) string { return "static/js/later/" + found + ".js" }},
		{".js", `\bstyle\('([^']+)'\)`, func(_, found string) string { return "static/css/later/" + found + ".css" }},
		{".js", `new URL\('([^']+)', import\.meta\.url\)`, beside},
		{"manifest.json", `"src": "([^"]+)"`, beside},
	} {
		for name, text := range read(t, way.ending) {
			for _, found := range regexp.MustCompile(way.pattern).FindAllStringSubmatch(text, -1) {
				file := way.file(name, found[1])
				_, err := fs.Stat(FS, file)
				assert.NoError(t, err, "named in %s", name)
				named[file] = true
			}
		}
	}
	for _, ending := range []string{".css", ".js", ".svg", ".png"} {
		for name := range read(t, ending) {
			assert.True(t, named[name], "nobody uses %s", name)
		}
	}
}

func beside(of, found string) string { return path.Join(path.Dir(of), found) }

// The pages run under a Content-Security-Policy that allows our own files only.
func TestNothingInlineNothingForeign(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)<style|\sstyle=|\son\w+=|javascript:|data:|<script(?: type="module" src="\{\{static "[^"]+"\}\}"| type="application/json" id="boot")?>?`)
	allowed := regexp.MustCompile(`^<script type="(module" src="\{\{static "[^"]+"\}\}"|application/json" id="boot")>$`)
	for name, text := range read(t, ".html") {
		for _, found := range forbidden.FindAllString(text, -1) {
			assert.Regexp(t, allowed, found, name)
		}
		assert.NotRegexp(t, `(?:src|href|action)="(?:https?:)?//`, text, name)
	}
	for name, text := range read(t, ".css") {
		assert.NotRegexp(t, `@import [^"]|@import "[^"]*[:/]|url\(|!important`, text, name)
		if path.Base(name) != "palette.css" {
			assert.NotRegexp(t, `oklch\(|rgba?\(|hsl|: #`, text, "%s: colours are named in palette.css", name)
		}
	}
	for name, text := range read(t, ".js") {
		assert.NotRegexp(t, `innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|setAttribute\('style'|createContextualFragment|setHTML`, text, name)
		if path.Base(name) != "text.js" {
			assert.NotContains(t, text, "DOMParser", "%s: the server's markup gets into the page in text.js alone", name)
		}
	}
}

type language struct {
	Code, Name string
	Current    bool
}

type person struct {
	ID, Name, Gravatar string
	Verified           bool
}

func TestPagesRender(t *testing.T) {
	hostile := `</script><img src=x onerror=alert(1)>`
	langs := []language{{"en", "English", true}, {"zh", "中文", false}}
	for code, c := range catalogues(t) {
		pages, err := template.New("").Funcs(template.FuncMap{
			"t":       c.Say,
			"static":  func(file string) string { return "/static/1/" + file },
			"scripts": func() []string { return []string{"js/main.js"} },
		}).ParseFS(FS, "templates/*.html")
		require.NoError(t, err)
		for name, data := range map[string]any{
			"join.html": struct {
				Langs                                  []language
				Version, Next, Email, Error, ErrorText string
				NeedCode                               bool
				People                                 []person
			}{langs, "1", "/rooms/lobby?a=1&b=2", hostile, "join.wrong_code", "", true, []person{{"1", hostile, "/avatar/1", true}}},
			"room.html": struct {
				Langs []language
				Boot  map[string]string
			}{langs, map[string]string{"Name": hostile}},
			"error.html": struct {
				Status      int
				Title, Text string
			}{418, "I'm a teapot", hostile},
		} {
			var page bytes.Buffer
			require.NoError(t, pages.ExecuteTemplate(&page, name, data))
			assert.Contains(t, page.String(), `<html lang="`+c["language.tag"]+`"`, "%s in %s", name, code)
			assert.NotContains(t, page.String(), "<img src=x")
			assert.NotContains(t, page.String(), "ZgotmplZ")
		}
	}
}

func TestErrorsFallBackToTheServersWords(t *testing.T) {
	pages, err := template.New("").Funcs(template.FuncMap{
		"t":       catalogues(t)["zh"].Say,
		"static":  func(file string) string { return file },
		"scripts": func() []string { return nil },
	}).ParseFS(FS, "templates/*.html")
	require.NoError(t, err)
	for want, p := range map[string]struct {
		Status      int
		Title, Text string
	}{
		"<h1>找不到页面</h1>":    {404, "Not Found", ""},
		"<h1>Conflict</h1>": {409, "Conflict", ""},
	} {
		var page bytes.Buffer
		require.NoError(t, pages.ExecuteTemplate(&page, "error.html", p))
		assert.Contains(t, page.String(), want)
	}
}

func TestLeanLeavesOutWhatOnlyReadersNeed(t *testing.T) {
	assert.Equal(t, "const a = 1; // why\nf('// b');\n", string(Lean("js/a.js", []byte("// A.\n\nconst a = 1; // why\n  f('// b');\n  // c\n"))))
	assert.Equal(t, ".a { color: red; }\n", string(Lean("css/a.css", []byte("/* A\n b */\n\n  .a { color: red; }\n"))))
	assert.Equal(t, "  <svg>", string(Lean("img/a.svg", []byte("  <svg>"))))
	for name, text := range read(t, ".js") {
		for i, line := range strings.Split(text, "\n") {
			assert.Zero(t, strings.Count(line, "`")%2, "%s:%d: a literal over several lines, which Lean would change", name, i+1)
		}
	}
}
