package gravatar

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHash(t *testing.T) {
	// Gravatar's own example.
	for _, email := range []string{"myemailaddress@example.com", " MyEmailAddress@example.com \n"} {
		hash := Hash(email)
		assert.Len(t, hash, 64)
		assert.True(t, strings.HasPrefix(hash, "84059b07"), hash)
		assert.True(t, strings.HasSuffix(hash, "14c32ee"), hash)
	}
}

func TestLookAnswersNameAndPicture(t *testing.T) {
	f := newFake(t)
	var avatar, profile *http.Request
	f.serve(func(w http.ResponseWriter, r *http.Request) {
		avatar = r
		body("image/png", asPNG(t, plain(300, 300, red)))(w, r)
	}, func(w http.ResponseWriter, r *http.Request) {
		profile = r
		named("Ann &amp; Co")(w, r)
	})
	c := f.client(t)

	p, err := c.Look(t.Context(), "Ann@Example.com ")
	require.NoError(t, err)
	assert.Equal(t, "Ann & Co", p.Name)
	assert.Len(t, p.Picture, 16)

	assert.Equal(t, "/avatar/"+Hash(ann), avatar.URL.Path)
	assert.Equal(t, "s=512&d=404", avatar.URL.RawQuery)
	assert.Empty(t, avatar.Header.Get("Authorization"), "the avatar server is not whom the key is for")
	assert.Equal(t, "/v3/profiles/"+Hash(ann), profile.URL.Path)
	assert.Equal(t, "Bearer sesame", profile.Header.Get("Authorization"))

	same, err := c.Look(t.Context(), ann)
	require.NoError(t, err)
	assert.Equal(t, p, same)
	assert.Equal(t, 2, f.count("/"), "the second look is from the cache")
}

func TestLookRemembersThatThereIsNothing(t *testing.T) {
	f := newFake(t)
	c := f.client(t)
	for range 3 {
		p, err := c.Look(t.Context(), ann)
		require.NoError(t, err)
		assert.Equal(t, Profile{At: p.At}, p)
	}
	assert.Equal(t, 2, f.count("/"))
}

func TestPictureWithoutProfile(t *testing.T) {
	f := newFake(t)
	f.serve(body("image/jpeg", asJPEG(t, plain(80, 80, red))), http.NotFound)
	p, err := f.client(t).Look(t.Context(), ann)
	require.NoError(t, err)
	assert.Empty(t, p.Name)
	assert.NotEmpty(t, p.Picture)
}

func TestVersionFollowsThePicture(t *testing.T) {
	f := newFake(t)
	c := f.client(t)
	clock := stop(c)
	look := func(avatars http.HandlerFunc) string {
		f.serve(avatars, http.NotFound)
		p, err := c.Look(t.Context(), ann)
		require.NoError(t, err)
		clock.pass(day)
		return p.Picture
	}
	first := look(body("image/png", asPNG(t, plain(80, 80, red))))
	assert.Equal(t, first, look(body("image/png", asPNG(t, plain(80, 80, red)))))
	assert.NotEqual(t, first, look(body("image/png", asPNG(t, plain(80, 80, green)))))
	assert.Empty(t, look(http.NotFound))
}

func TestOffAsksNobody(t *testing.T) {
	f := newFake(t)
	dir := filepath.Join(t.TempDir(), "never")
	c, err := New(Config{URL: f.URL, API: f.URL, Dir: dir, Off: true})
	require.NoError(t, err)

	p, err := c.Look(t.Context(), ann)
	require.NoError(t, err)
	assert.Zero(t, p)
	pic := c.Picture(t.Context(), ann, "a", 80)
	assert.True(t, pic.Drawn)
	assert.Equal(t, Draw("a", 80), pic.Data)
	assert.Zero(t, f.count("/"))
	_, err = os.Stat(dir)
	assert.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, c.Close())
}

func TestNobodyIsAskedAboutNoAddress(t *testing.T) {
	f := newFake(t)
	c := f.client(t)
	p, err := c.Look(t.Context(), "")
	require.NoError(t, err)
	assert.Zero(t, p)
	assert.True(t, c.Picture(t.Context(), "", "a", 80).Drawn)
	assert.Zero(t, f.count("/"))
}

func TestWhoIsAsked(t *testing.T) {
	const hash = "/HASH"
	for _, tc := range []struct{ url, api, avatars, profiles string }{
		{"", "", "https://gravatar.com/avatar", "https://api.gravatar.com/v3/profiles"},
		{"https://secure.gravatar.com/", "", "https://secure.gravatar.com/avatar", "https://api.gravatar.com/v3/profiles"},
		{"https://seccdn.libravatar.org/avatar/", "", "https://seccdn.libravatar.org/avatar", ""},
		{"https://notgravatar.com", "", "https://notgravatar.com/avatar", ""},
		{"http://localhost:8080", "http://localhost:8080/", "http://localhost:8080/avatar", "http://localhost:8080/v3/profiles"},
		{"http://Localhost:8080/faces/avatar", "http://[::1]:9/v3/profiles//", "http://localhost:8080/faces/avatar", "http://[::1]:9/v3/profiles"},
	} {
		at, err := locate(Config{URL: tc.url, API: tc.api, Dir: "."})
		require.NoError(t, err)
		assert.Equal(t, tc.avatars+hash, at.avatars.JoinPath(hash).String())
		if tc.profiles == "" {
			assert.Nil(t, at.profiles)
		} else {
			assert.Equal(t, tc.profiles+hash, at.profiles.JoinPath(hash).String())
		}
	}
}

func TestConfigFaultsAreAllNamed(t *testing.T) {
	_, err := New(Config{URL: "gravatar.com", API: "https://ann:secret@x/?a=b"})
	require.Error(t, err)
	assert.ErrorContains(t, err, "avatar server must begin with https://")
	assert.ErrorContains(t, err, "profile API must have no user")
	assert.ErrorContains(t, err, "folder")
	_, err = New(Config{URL: "http://ann:secret@%zz", Dir: "."})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "secret")
}

func TestAFolderThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := New(Config{Dir: file})
	assert.ErrorContains(t, err, "cache")
}
