package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// user runs gochatting user on a data folder, and gives what it prints. What it does must work.
func user(t *testing.T, data, command string) string {
	t.Helper()
	p := launch(t, userArgs(data, command)...)
	require.Zero(t, p.wait(), "exit code of %s: %s", command, p.log)
	return p.out.String()
}

// noUser is user for what must be refused, and gives what it says.
func noUser(t *testing.T, data, command string) string {
	t.Helper()
	p := launch(t, userArgs(data, command)...)
	assert.Equal(t, 1, p.wait(), "exit code of %s: %s", command, p.out)
	assert.Empty(t, p.out.String(), command)
	return p.log.String()
}

func userArgs(data, command string) []string {
	return append([]string{"user", "--data", data}, strings.Fields(command)...)
}

// found is what the one group of a pattern matches in what a command printed.
func found(t *testing.T, pattern, printed string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(printed)
	require.NotNil(t, m, "%s in:\n%s", pattern, printed)
	return m[1]
}

// say says something over the API, and gives the refusal's code, "" for none.
func say(p *chattest.Person, content string) string {
	var f struct{ Error message.Error }
	p.Post("/api/v1/rooms/lobby/messages", `{"TextMessage":{"Content":"`+content+`"}}`, &f)
	return f.Error.Code
}

// texts is what can be read in the lobby.
func texts(p *chattest.Person) (all []string) {
	for _, m := range p.History(message.Lobby) {
		if m.TextMessage.Deleted == nil {
			all = append(all, m.TextMessage.Content)
		}
	}
	return all
}

// Who runs the server looks after people while they talk: all of it is felt at once.
func TestUserOnARunningServer(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	server := start(t, data)
	ann, ben := chattest.Join(t, server.Base, "ann@example.com"), chattest.Join(t, server.Base, "ben@example.com")
	info, err := os.Stat(filepath.Join(data, "control.sock"))
	require.NoError(t, err)
	assert.Equal(t, os.ModeSocket|0o600, info.Mode(), "nobody else's")

	listed := user(t, data, "list")
	assert.Regexp(t, `(?m)^ID +ADDRESS +NAME +ROLE +STANDING$`, listed)
	assert.Regexp(t, `(?m)^`+ann.Me.ID+` +ann@example.com +ann +owner +typed$`, listed)
	assert.Regexp(t, `(?m)^`+ben.Me.ID+` +ben@example.com +ben +member +typed$`, listed)
	assert.NotContains(t, user(t, data, "list ben"), "ann")
	assert.Equal(t, "Nobody.\n", user(t, data, "list nobody@"))
	assert.Regexp(t, `(?m)^Address +ben@example.com\n(.*\n)*Browser +.*last used 2`, user(t, data, "show "+ben.Me.ID))

	tab := ben.Open()
	assert.Equal(t, "ben@example.com is moderator now.\n", user(t, data, "role ben@example.com moderator"))
	assert.Equal(t, message.RoleModerator, tab.Next(message.YouMType).You.Role)

	assert.Contains(t, user(t, data, "mute BEN@example.com 2h"), "can say nothing until 2")
	assert.Equal(t, message.CodeMuted, say(ben, "muted"))
	assert.Regexp(t, `ben@example.com .*muted until 2`, user(t, data, "list"))
	user(t, data, "unmute "+ben.Me.ID)
	assert.Empty(t, say(ben, "one"))
	assert.Empty(t, say(ben, "two"))
	assert.Empty(t, say(ann, "three"))

	act := found(t, `^2 messages of ben@example.com taken away.*: gochatting user undo (\S+)\n$`, user(t, data, "purge ben@example.com"))
	assert.Equal(t, []string{"three"}, texts(ann))
	assert.Equal(t, "ben@example.com said nothing in the last hour.\n", user(t, data, "purge ben@example.com"))
	user(t, data, "undo "+act)
	assert.Equal(t, []string{"one", "two", "three"}, texts(ann))
	assert.NotEmpty(t, noUser(t, data, "undo "+act), "once")

	printed := user(t, data, "ban ben@example.com 1d --network")
	assert.Contains(t, printed, "banned until 2")
	assert.Contains(t, printed, "Their network was not banned: it is a private one")
	code, reason := tab.CloseCode()
	assert.Equal(t, 1008, code)
	assert.Equal(t, "banned", reason)
	status, _ := chattest.Visitor(t, server.Base).Submit("/join", url.Values{"email": {"ben@example.com"}})
	assert.Equal(t, http.StatusForbidden, status)
	assert.Regexp(t, `ben@example.com .*banned until 2`, user(t, data, "list"))
	assert.Contains(t, user(t, data, "ban ben@example.com"), "banned for ever")
	user(t, data, "unban ben@example.com")
	first := ben.Me.ID
	ben = chattest.Join(t, server.Base, "ben@example.com")

	tab = ben.Open()
	assert.Equal(t, "ben@example.com is free: who comes with it now is somebody new. 1 session ended.\n", user(t, data, "release ben@example.com"))
	code, _ = tab.CloseCode()
	assert.Equal(t, 1008, code)
	assert.NotEqual(t, ben.Me.ID, chattest.Join(t, server.Base, "ben@example.com").Me.ID)

	log := user(t, data, "log")
	for _, line := range []string{
		`\(operator\) +role +ben ` + first + ` +moderator`, `\(operator\) +mute +ben .* until 2`, `\(operator\) +unmute +ben`,
		`\(operator\) +purge +ben .*undone 2`, `\(operator\) +ban +ben `, `\(operator\) +unban +ben`, `\(operator\) +release +ben`,
	} {
		assert.Regexp(t, line, log)
	}
	assert.NotContains(t, log, "example.com")
	latest := strings.Fields(strings.Split(user(t, data, "log --limit 1"), "\n")[1])
	assert.Equal(t, log, strings.Replace(user(t, data, "log --before "+latest[2]), "\n", "\n"+strings.SplitAfter(log, "\n")[1], 1), "it goes on")
	assert.NotContains(t, server.log.String(), "example.com")
}

// The same on a data folder that no server has: who comes back later finds it so.
func TestUserOnAStoppedServer(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	server := start(t, data)
	ann, ben := chattest.Join(t, server.Base, "ann@example.com"), chattest.Join(t, server.Base, "ben@example.com")
	assert.Empty(t, say(ben, "one"))
	assert.Empty(t, say(ann, "two"))
	server.stop()
	assert.NoFileExists(t, filepath.Join(data, "control.sock"))

	assert.Regexp(t, `(?m)^`+ann.Me.ID+` +ann@example.com +ann +owner +typed$`, user(t, data, "list"))
	user(t, data, "role ben@example.com reader")
	act := found(t, `user undo (\S+)`, user(t, data, "purge ben@example.com"))
	link := found(t, `^(https://chat.example.com/i/\S+)\n`, user(t, data, "invite lobby --for 1d --base-url https://chat.example.com/"))
	assert.Regexp(t, `10 people +0 uses +2.* +\(operator\)\n`, user(t, data, "invitations"))
	assert.Regexp(t, `(?m)\(operator\) +invite +Lobby +member$`, user(t, data, "log"))

	// One that was killed leaves its socket.
	server = start(t, data)
	server.kill()
	assert.FileExists(t, filepath.Join(data, "control.sock"))
	assert.Contains(t, user(t, data, "log"), act)

	server = start(t, data)
	ann.Base, ben.Base = server.Base, server.Base
	assert.Equal(t, []string{"two"}, texts(ann))
	assert.Equal(t, message.CodeForbidden, say(ben, "a reader says nothing"))
	user(t, data, "undo "+act)
	assert.Equal(t, []string{"one", "two"}, texts(ann))
	assert.Equal(t, http.StatusOK, status(t, server.Base+strings.TrimPrefix(link, "https://chat.example.com")))
	server.stop()
	user(t, data, "ban ben@example.com forever")
	server = start(t, data)
	ben.Base = server.Base
	assert.Equal(t, http.StatusUnauthorized, ben.Get("/api/v1/me", nil))
}

// An invitation is made for whom nobody has let in yet.
func TestUserInvites(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	server := start(t, data, "--join", "invite")
	chattest.Join(t, server.Base, "ann@example.com") // the first needs none
	ben := chattest.Visitor(t, server.Base)
	refused, _ := ben.Submit("/join", url.Values{"email": {"ben@example.com"}})
	assert.Equal(t, http.StatusForbidden, refused)

	printed := user(t, data, "invite --role reader --for 12h --uses 0")
	path := found(t, `^(/i/\S+) \(after the address of your server`, printed)
	assert.Contains(t, printed, "For any number of people, into Lobby, as reader, until 2")
	id := found(t, `revoke (\S+)\n`, printed)
	assert.Equal(t, http.StatusOK, status(t, server.Base+path))
	in, _ := ben.Submit("/join", url.Values{"email": {"ben@example.com"}, "invite": {strings.TrimPrefix(path, "/i/")}})
	assert.Equal(t, http.StatusSeeOther, in)
	assert.Regexp(t, id+` .* reader +any number of people +1 use `, user(t, data, "invitations"))

	assert.Equal(t, "Nobody can come with it any more.\n", user(t, data, "revoke "+id))
	assert.Equal(t, "None.\n", user(t, data, "invitations"))
	in, _ = chattest.Visitor(t, server.Base).Submit("/join", url.Values{"email": {"cem@example.com"}, "invite": {strings.TrimPrefix(path, "/i/")}})
	assert.NotEqual(t, http.StatusSeeOther, in)
	assert.NotEmpty(t, noUser(t, data, "revoke "+id))
	assert.NotEmpty(t, noUser(t, data, "invite attic"), "no such room")
}

// A server that knows its address has it in the links.
func TestUserInvitesWithTheServersAddress(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	server := launch(t, "--addr", "127.0.0.1:0", "--data", data, "--gravatar", "off", "--base-url", "https://chat.example.com")
	server.out.await(t, `(open https://chat\.example\.com) in your browser`)
	assert.Regexp(t, `^https://chat\.example\.com/i/\S+\n`, user(t, data, "invite"))
}

// What cannot be done says what to do, and does nothing.
func TestUserRefuses(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	server := start(t, data)
	chattest.Join(t, server.Base, "ann@example.com")
	for command, says := range map[string]string{
		"":                                   "expected one of .*--help",
		"dance":                              "unexpected argument dance .*--help",
		"list --colour red":                  "unknown flag --colour",
		"show":                               `expected "<who>"`,
		"show zoe@example.com":               "Nobody here has this address.",
		"show zoe@":                          "This is no address",
		"show zoe":                           "Nobody here has this ID.",
		"show ../../etc/passwd":              "Nobody here has this ID.",
		"role ann@example.com king":          `must be one of "owner","moderator","member","reader"`,
		"role ann@example.com member":        "owner",
		"mute ann@example.com soon":          `"soon" is no time such as 10m`,
		"mute ann@example.com 0s":            `"0s" is no time`,
		"mute ann@example.com -1d":           `unknown flag -1`,
		"mute ann@example.com xd":            `"xd" is no time`,
		"mute ann@example.com 90000w":        `"90000w" is no time`,
		"mute ann@example.com 500d":          "The key Minutes must be",
		"mute ann@example.com forever":       "give a time such as",
		"mute zoe@example.com":               "Nobody here has this address.",
		"ban zoe@example.com":                "Nobody here has this address.",
		"purge zoe@example.com":              "Nobody here has this address.",
		"release zoe@example.com":            "Nobody here has this address.",
		"undo nothing":                       "There is nothing here",
		"revoke nothing":                     "There is nothing here",
		"invite --for 31d":                   "30 days",
		"invite --role owner":                `must be one of "member","reader"`,
		"invite --uses=-1":                   "",
		"invite --base-url chat.example.com": `--base-url "chat.example.com": give http://`,
		"list --data=":                       "name its folder with --data",
		"list --data=" + data + "/nothing":   "there is no data of gochatting in the folder .*/nothing; name its folder with --data",
	} {
		assert.Regexp(t, `^gochatting: .*`+says, noUser(t, data, command), command)
	}
	assert.NoFileExists(t, filepath.Join(data, "nothing"), "no folder is made")
	assert.Regexp(t, `ann@example.com +ann +owner +typed`, user(t, data, "list"))

	require.NoError(t, os.Remove(filepath.Join(data, "control.sock")))
	assert.Regexp(t, `^gochatting: a server has the data folder .* try again in a moment, or stop it first\n$`, noUser(t, data, "list"))
	server.stop()
}

// The path is too long for a socket: the server says so and runs, and commands are for when it does not.
func TestUserWithoutASocket(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), strings.Repeat("long", 40))
	server := start(t, data)
	chattest.Join(t, server.Base, "ann@example.com")
	assert.Equal(t, 1, server.logged("offer control: gochatting user can do nothing here while this server runs"))
	assert.Contains(t, noUser(t, data, "list"), "a server has the data folder")
	server.stop()
	assert.Contains(t, user(t, data, "list"), "ann@example.com")
}

// --help is for people, of each command too.
func TestUserHelp(t *testing.T) {
	t.Parallel()
	p := launch(t, "user", "--help")
	assert.Zero(t, p.wait(), "exit code")
	for _, command := range []string{"list", "show", "role", "mute", "unmute", "ban", "unban", "purge", "undo", "release", "invite", "invitations", "revoke", "log"} {
		assert.Regexp(t, `(?m)^  `+command+`  +[A-Z]`, p.out.String())
		each := launch(t, "user", command, "--help")
		assert.Zero(t, each.wait(), "exit code")
		assert.Contains(t, each.out.String(), "Usage: gochatting user "+command)
	}
}

func TestTerminalsAreToldNothing(t *testing.T) {
	assert.Equal(t, "a\ufffd[31mb\ufffd李", plain("a\x1b[31mb\u202e李"))
}
