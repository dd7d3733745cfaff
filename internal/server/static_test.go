package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
)

// A room comes with the words that it is first shown by. The others are a script beside those who
// say them, in the language of the page, which may be kept like all of them.
func TestWordsOfWhatIsLoadedLater(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	main := regexp.MustCompile(`(/static/\w+/)(\w+)(/js/)main\.js`)
	for language, says := range map[string]struct{ first, later string }{
		"en": {`"composer.placeholder":"Message {room}"`, `"search.none":"Nothing was found.`},
		"zh": {`"composer.placeholder":"在“{room}”里`, `"search.none":"没有找到`},
	} {
		_, room := page(t, ann, "/rooms/lobby", "Accept-Language", language)
		assert.True(t, strings.Contains(room, says.first) && !strings.Contains(room, says.later), language)
		path := main.FindStringSubmatch(room)
		require.NotNil(t, path)
		assert.Equal(t, language, path[2])
		response, words := page(t, ann, path[1]+language+path[3]+"later/catalogue.js")
		assert.Equal(t, "text/javascript; charset=utf-8", response.Header.Get("Content-Type"))
		assert.Contains(t, response.Header.Get("Cache-Control"), "immutable")
		assert.True(t, strings.HasPrefix(words, "export const words = {"))
		assert.True(t, strings.Contains(words, says.later))
		response, _ = page(t, ann, path[1]+"xx"+path[3]+"later/catalogue.js")
		assert.Equal(t, http.StatusNotFound, response.StatusCode)
	}
}
