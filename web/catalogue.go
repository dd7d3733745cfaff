package web

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"strings"
)

// A Catalogue is what the page says in one language, by key. A sentence may have {names} in it
// that are filled in when it is said. A sentence that counts has one key for each plural form of
// its language (Unicode CLDR): new_messages.one and new_messages.other in English, the latter
// alone in Chinese.
type Catalogue map[string]string

// Words are all that is said in one language, and of that, what a room comes with.
type Words struct {
	All   Catalogue // for templates, which may say anything
	Boot  Catalogue // what the scripts say that a room is first shown by
	Later Catalogue // what is said besides by those that are loaded on first use
}

// Languages returns the words of each language by its code, "en" among them. In its file they stand
// under who says them: "page" (templates alone), "boot" and "later", each key once.
func Languages() (map[string]Words, error) {
	names, err := fs.Glob(FS, "locales/*.json")
	if err != nil {
		return nil, err
	}
	all := make(map[string]Words, len(names))
	for _, name := range names {
		text, err := FS.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var by map[string]Catalogue
		if err := json.Unmarshal(text, &by); err != nil {
			return nil, fmt.Errorf("web: %s: %w", name, err)
		}
		w := Words{All: make(Catalogue), Boot: by["boot"], Later: by["later"]}
		for _, c := range by {
			maps.Copy(w.All, c)
		}
		all[strings.TrimSuffix(path.Base(name), ".json")] = w
	}
	return all, nil
}

// Module is the catalogue as a script that exports it, as words.
func (c Catalogue) Module() ([]byte, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "export const words = %s;\n", text), nil
}

// Say returns the sentence under key with each {name} replaced, for names and values given in
// turn: Say("code_left", "minutes", 9). An unknown key says nothing: "".
func (c Catalogue) Say(key string, namesAndValues ...any) string {
	var oldnew []string
	for i := 0; i+1 < len(namesAndValues); i += 2 {
		oldnew = append(oldnew, fmt.Sprint("{", namesAndValues[i], "}"), fmt.Sprint(namesAndValues[i+1]))
	}
	return strings.NewReplacer(oldnew...).Replace(c[key])
}
