package web

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// A Catalogue is what the page says in one language, by key. A sentence may have {names} in it
// that are filled in when it is said. A sentence that counts has one key for each plural form of
// its language (Unicode CLDR): new_messages.one and new_messages.other in English, the latter
// alone in Chinese.
type Catalogue map[string]string

// Catalogues returns all catalogues by the code of their language, "en" among them.
func Catalogues() (map[string]Catalogue, error) {
	names, err := fs.Glob(FS, "locales/*.json")
	if err != nil {
		return nil, err
	}
	all := make(map[string]Catalogue, len(names))
	for _, name := range names {
		text, err := FS.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var c Catalogue
		if err := json.Unmarshal(text, &c); err != nil {
			return nil, fmt.Errorf("web: %s: %w", name, err)
		}
		all[strings.TrimSuffix(path.Base(name), ".json")] = c
	}
	return all, nil
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
