package web

import (
	"bytes"
	"encoding/json"
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

func languages(t *testing.T) map[string]Words {
	t.Helper()
	all, err := Languages()
	require.NoError(t, err)
	require.Contains(t, all, "en")
	require.Contains(t, all, "zh")
	return all
}

func catalogues(t *testing.T) map[string]Catalogue {
	t.Helper()
	all := make(map[string]Catalogue)
	for code, words := range languages(t) {
		all[code] = words.All
	}
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

// What is said by a key made up at run time, by where it stands.
var madeUp = map[string]*regexp.Regexp{
	"page":  regexp.MustCompile(`^(status|door)\.`),
	"boot":  regexp.MustCompile(`^(error|connection)\.|^notice\.(came|left)(\.many)?$`),
	"later": regexp.MustCompile(`^slash\.(me|shrug|topic|join|invite|slow|mute|ban|purge)(\.usage)?$|^(role|act)\.|^error\.(wrong_code|unreachable|unproven)$|^account\.(sure\.)?(keep|remove)(\.why)?$|^notify\.(off|calls|all)$|^ban\.network\.(private|unknown)$`),
}

// Each word stands where it is first needed: with what a room comes with if a script of the first
// sight says it, else with what is loaded on first use, else with what only templates say.
func TestEveryWordIsSaidWhereItStands(t *testing.T) {
	said := make(map[string]map[string]string) // where, key → file
	say := func(where, key, name string) {
		if said[where] == nil {
			said[where] = make(map[string]string)
		}
		said[where][key] = name
	}
	by := func(name string) string {
		switch {
		case strings.HasSuffix(name, ".html"):
			return "page"
		case strings.Contains(name, "/later/"):
			return "later"
		}
		return "boot"
	}
	for _, way := range []struct{ ending, pattern string }{
		{".html", `\bt "([\w.]+)"`},
		{".js", `\b(?:t|end|wait)\('([\w.]+)'`},
		{".js", `\bsign\('([\w.]+)'`},
		{".js", `\bt\([^()'?]+\? '([\w.]+)' : '[\w.]+'`},
		{".js", `\bt\([^()'?]+\? '[\w.]+' : '([\w.]+)'`},
	} {
		for name, text := range read(t, way.ending) {
			for _, found := range regexp.MustCompile(way.pattern).FindAllStringSubmatch(text, -1) {
				say(by(name), found[1], name)
			}
		}
	}
	for name, text := range read(t, ".js") {
		for _, call := range regexp.MustCompile(`\bcounted\(([^,]+),`).FindAllStringSubmatch(text, -1) {
			for _, key := range regexp.MustCompile(`'([\w.]+)'`).FindAllStringSubmatch(call[1], -1) {
				say(by(name), key[1]+".other", name)
			}
		}
		for _, found := range regexp.MustCompile(`\bsays: '([\w.]+)'`).FindAllStringSubmatch(text, -1) {
			say("later", found[1], name) // by the list of keys
		}
	}
	require.Greater(t, len(said["page"])+len(said["boot"])+len(said["later"]), 40)
	for file, text := range read(t, ".json") {
		if path.Dir(file) != "locales" {
			continue
		}
		var stand map[string]Catalogue
		require.NoError(t, json.Unmarshal([]byte(text), &stand), file)
		require.ElementsMatch(t, []string{"page", "boot", "later"}, slices.Collect(maps.Keys(stand)), file)
		seen := make(map[string]string)
		for _, where := range []string{"boot", "later", "page"} {
			for key, name := range said[where] {
				if _, sooner := seen[key]; !sooner {
					assert.NotEmpty(t, stand[where][key], "%s says %s, %q of %s lacks it", name, key, where, file)
				}
			}
			for key := range stand[where] {
				assert.Empty(t, seen[key], "%s: %s stands twice", file, key)
				seen[key] = where
				other, one := strings.CutSuffix(key, ".one")
				if one {
					key = other + ".other"
				}
				assert.True(t, said[where][key] != "" || madeUp[where].MatchString(key), "%s: nobody says %s, or not those of %q", file, key, where)
			}
		}
	}
}

// What is loaded on first use has its words from its own catalogue, which comes with it.
func TestWhatIsLoadedLaterBringsItsWords(t *testing.T) {
	for name, text := range read(t, ".js") {
		if strings.Contains(name, "/later/") && path.Base(name) != "words.js" {
			assert.NotContains(t, text, "'../words.js'", "%s: its words are in ./words.js", name)
		}
	}
	for code, words := range languages(t) {
		module, err := words.Later.Module()
		require.NoError(t, err)
		text, exported := strings.CutPrefix(strings.TrimSuffix(string(module), ";\n"), "export const words = ")
		require.True(t, exported)
		var later Catalogue
		require.NoError(t, json.Unmarshal([]byte(text), &later))
		assert.Equal(t, words.Later, later, code)
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
				if file == "static/js/later/catalogue.js" {
					continue // the server makes it
				}
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
	ID, Name, Gravatar, Path string
	Verified                 bool
}

func TestPagesRender(t *testing.T) {
	hostile := `</script><img src=x onerror=alert(1)>`
	langs := []language{{"en", "English", true}, {"zh", "中文", false}}
	type text = map[string]any
	mallory := person{"1", hostile, "/avatar/1", "/rooms/lobby", true}
	door := text{
		"Langs": langs, "Version": "1", "Again": "/", "Join": "invite", "Provider": hostile, "Onward": "https://login.example.com/?a=1&b=2",
		"Next": "/rooms/lobby?a=1&b=2", "Invite": hostile, "Email": hostile, "Problem": hostile, "People": []person{mallory},
		"Mailed": true, "Mails": true, "Other": true, "Of": mallory, "Device": false,
		"Into": text{"Maker": mallory, "Role": "reader", "Room": text{"ID": "1", "Name": hostile, "Topic": hostile, "Kind": "private"}},
	}
	for code, c := range catalogues(t) {
		pages, err := template.New("").Funcs(template.FuncMap{
			"t":       c.Say,
			"static":  func(file string) string { return "/static/1/" + file },
			"scripts": func() []string { return []string{"js/main.js"} },
		}).ParseFS(FS, "templates/*.html")
		require.NoError(t, err)
		for name, data := range map[string]any{
			"join.html":   door,
			"code.html":   door,
			"link.html":   door,
			"invite.html": door,
			"onward.html": door,
			"dead.html":   door,
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
