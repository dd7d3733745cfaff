package markup

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/forPelevin/gomoji"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark-emoji/definition"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"gochatting/internal/message"
)

var update = flag.Bool("update", false, "write web/static/emoji.json anew; its Chinese words, which are Unicode CLDR's, are kept")

const emojiFile = "../../web/static/emoji.json"

// groups are the page's names for Unicode's.
var groups = [][2]string{
	{"Smileys & Emotion", "smileys"}, {"People & Body", "people"}, {"Animals & Nature", "nature"}, {"Food & Drink", "food"},
	{"Travel & Places", "travel"}, {"Activities", "activities"}, {"Objects", "objects"}, {"Symbols", "symbols"}, {"Flags", "flags"},
}

// The page chooses among the emoji that a :name: can be for.
func TestThePageKnowsAllEmoji(t *testing.T) {
	present, err := os.ReadFile(emojiFile)
	require.NoError(t, err)
	want := emojiJSON(t, chinese(t, present))
	if *update {
		require.NoError(t, os.WriteFile(emojiFile, want, 0o644))
		return
	}
	assert.Equal(t, string(want), string(present), "go test ./internal/markup -run AllEmoji -update")
}

// emojiJSON is [["smileys", [["😀", "grinning", "face", "微笑"], …]], …]: groups and emoji in Unicode's order,
// each emoji with its names, more English words, and Chinese ones.
func emojiJSON(t *testing.T, chinese map[string]string) []byte {
	byGroup := make(map[string][]string)
	for _, e := range allEmoji(t) {
		emoji, ok := message.Emoji(string(e.Unicode))
		require.True(t, ok, e.Name)
		words := strings.FieldsFunc(strings.ToLower(e.Name), func(r rune) bool { return strings.ContainsRune(" -:,.()“”’", r) })
		words = slices.DeleteFunc(words, func(word string) bool { return slices.Contains(e.ShortNames, word) })
		fields := []string{emoji, strings.Join(e.ShortNames, " "), strings.Join(words, " ")}
		if zh := cmp.Or(chinese[emoji], country(emoji)); zh != "" {
			fields = append(fields, zh)
		}
		for _, name := range e.ShortNames {
			n, is := emojiName([]byte(":" + name + ":"))
			require.Equal(t, len(name)+2, n, name)
			require.Equal(t, string(e.Unicode), is, name)
		}
		byGroup[groupOf(t, string(e.Unicode))] = append(byGroup[groupOf(t, string(e.Unicode))], array(t, fields))
	}
	var all []string
	for _, g := range groups {
		require.NotEmpty(t, byGroup[g[0]], g[0])
		all = append(all, "["+array(t, g[1])+",[\n"+strings.Join(byGroup[g[0]], ",\n")+"]]")
	}
	return []byte("[" + strings.Join(all, ",\n") + "]\n")
}

func array(t *testing.T, v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	require.NoError(t, e.Encode(v))
	return strings.TrimSuffix(b.String(), "\n")
}

// allEmoji are those of the definition, which gives them only one by one, by name.
func allEmoji(t *testing.T) (all []definition.Emoji) {
	list := reflect.ValueOf(definition.Github()).Elem().FieldByName("list")
	for i := range list.Len() {
		e, ok := definition.Github().Get(list.Index(i).FieldByName("ShortNames").Index(0).String())
		require.True(t, ok)
		if e.IsUnicode() {
			all = append(all, *e)
		}
	}
	return all
}

func groupOf(t *testing.T, emoji string) string {
	for _, form := range []string{emoji, strings.ReplaceAll(emoji, "\ufe0f", ""), emoji + "\ufe0f"} {
		if info, err := gomoji.GetInfo(form); err == nil && slices.ContainsFunc(groups, func(g [2]string) bool { return g[0] == info.Group }) {
			return info.Group
		}
	}
	t.Fatalf("no group for %q", emoji)
	return ""
}

// country is what a flag's country is called in Chinese.
func country(flag string) string {
	letters := strings.Map(func(r rune) rune { return r - '🇦' + 'A' }, flag)
	region, err := language.ParseRegion(letters)
	if err != nil || !region.IsCountry() {
		return ""
	}
	return display.Regions(language.Chinese).Name(region)
}

// chinese are the Chinese words of each emoji in a file.
func chinese(t *testing.T, file []byte) map[string]string {
	var all [][2]json.RawMessage
	require.NoError(t, json.Unmarshal(file, &all))
	words := make(map[string]string)
	for _, group := range all {
		var emoji [][]string
		require.NoError(t, json.Unmarshal(group[1], &emoji))
		for _, e := range emoji {
			if len(e) > 3 {
				words[e[0]] = e[3]
			}
		}
	}
	return words
}
