package storetest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

func finding(t *testing.T, w *world) {
	for _, name := range []string{"Ann Lee", "ANNA", "Jean-Luc Annan", "王小明", "Ａｎｎｅ", "Zoë"} {
		w.named(t, name)
	}
	ann, zoe := w.named(t, "Ann Lee"), w.named(t, "Zoë")
	find := func(query, room string, limit int) []string {
		users, err := w.FindUsers(t.Context(), ann.ID, query, room, limit)
		require.NoError(t, err)
		return people(users)
	}
	assert.Equal(t, []string{"Ann Lee", "ANNA", "Ａｎｎｅ", "Jean-Luc Annan"}, find("aNN", "", 0))
	assert.Equal(t, []string{"Ann Lee", "ANNA"}, find("ann", "", 2))
	assert.Equal(t, []string{"Ann Lee"}, find("ann  l", "", 0))
	assert.Equal(t, []string{"Ann Lee"}, find("lee", message.Lobby, 0))
	assert.Equal(t, []string{"Jean-Luc Annan"}, find("luc", "", 0))
	assert.Equal(t, []string{"王小明"}, find("王", "", 0))
	for _, query := range []string{"zoë", "zoe\u0308", "zoe", "ZO"} {
		assert.Equal(t, []string{"Zoë"}, find(query, "", 0))
	}
	assert.Empty(t, find("nn", "", 0), "from the beginning of a word only")
	assert.Empty(t, find("%", "", 0))
	assert.Len(t, find(" ", "", 0), 6)

	room := w.makeRoom(t, ann, message.PrivateRoom, "Secret", zoe).ID
	assert.Equal(t, []string{"Ann Lee"}, find("ann", room, 0))
	assert.Equal(t, []string{"Ann Lee", "Zoë"}, find("", room, 0))

	named := func(room string, folded ...string) []string {
		users, err := w.Named(t.Context(), room, folded)
		require.NoError(t, err)
		return people(users)
	}
	assert.Equal(t, []string{"Ann Lee", "Ａｎｎｅ"}, named(message.Lobby, "ann lee", "anne", "lee", "王", "nobody"))
	assert.Equal(t, []string{"Zoë"}, named(room, "zoë", "anna"))
	assert.Empty(t, named(message.Lobby))
	assert.Empty(t, named("attic", "zoë"))

	users, err := w.Users(t.Context(), ann.ID, []string{zoe.ID, "nobody", ann.ID, zoe.ID})
	require.NoError(t, err)
	assert.Equal(t, []message.User{ann, zoe}, users)

	_, _, err = w.Rename(t.Context(), ann.ID, "Bea", "", w.now())
	require.NoError(t, err)
	assert.Equal(t, []string{"Bea"}, find("be", "", 0))
	assert.Empty(t, find("lee", "", 0), "nobody is found by an old name")
	assert.Empty(t, named(message.Lobby, "ann lee"))

	// Two people of one name.
	other, err := w.Claim(t.Context(), store.Claim{Email: "zoe2@example.org", Name: "ZOË", TokenHash: token("zoe2")})
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"Zoë", "ZOË"}, named(message.Lobby, "zoë"))
	assert.NotEqual(t, zoe.ID, other.Session.User.ID)
}

// named is a guest whose name need not be fit for an address.
func (w *world) named(t *testing.T, name string) message.User {
	u, err := w.Guest(t.Context(), message.Fold(name)+"@example.org", name, "")
	require.NoError(t, err)
	return u.Public()
}
