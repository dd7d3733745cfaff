package auth_test

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gochatting/internal/auth"
	"gochatting/internal/store"
)

var (
	modelSeed      = flag.Uint64("model.seed", 0, "run the model test with this seed alone")
	modelSequences = flag.Int("model.sequences", 6, "how many sequences the model test runs")
)

// Several browsers do at random whatever can be done about a few addresses: type them, have codes and links
// mailed, show device codes, try right, wrong, dead and foreign ones, sign out, invite; time passes, and whoever
// runs the server lets addresses go, bans and unbans. A small model says what each browser has earned by
// that. Each browser is always exactly the people that it has earned to be, and never one more.
func TestModelNobodyIsSomebodyTheyHaveNotEarned(t *testing.T) {
	const steps = 120
	ways := []string{store.JoinOpen, store.JoinVerified, store.JoinInvite}
	seeds := []uint64{*modelSeed}
	if *modelSeed == 0 {
		seeds = nil
		for i := range *modelSequences {
			seeds = append(seeds, rand.Uint64()/3*3+uint64(i%3)) // so that all ways have their turn
		}
	}
	for i, seed := range seeds {
		join := ways[seed%3]
		t.Run(fmt.Sprint(i, " ", join), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, join, seed)
			for range steps {
				w.step()
				if t.Failed() {
					return
				}
			}
		})
	}
}

// addresses are those that all this is about.
var addresses = []string{"ann@example.com", "ben@example.com", "cleo@example.com"}

// A world is the server, its browsers, and the model of what they have earned.
type world struct {
	t     *testing.T
	seed  uint64
	dice  *rand.Rand
	store *store.Store
	clock atomic.Int64 // in microseconds: the store looks at it too
	mode  string
	did   []string

	browsers []*browser
	tokens   map[*browser]map[string]string // cookies that a browser once had, by user: it may show them again

	holders map[string]*holder // the model: who has an address
	known   map[string]bool    // users there have been
	guests  map[string]bool    // those of them for whom only the first dialect spoke
	mails   []*mailed
	devices []*device
	invites []*invite
}

// A holder is the user who has an address.
type holder struct {
	id, email string
	proven    bool
	owner     bool // who came before everybody else
	banned    time.Time
	in        map[*browser]bool // the browsers that have earned to be them: true for who came by the address alone
}

func (h *holder) held(now time.Time) bool {
	return h != nil && (h.proven || h.owner || h.banned.After(now) || len(h.in) > 0)
}

// A mailed code, and its link.
type mailed struct {
	email, code, link string
	to                *browser
	expires           time.Time
	tries             int
	dead              bool
}

type device struct {
	of         *holder
	code, link string
	expires    time.Time
	tries      int
	dead       bool
}

type invite struct {
	secret, id string
	by         *holder
	left       int
}

func newWorld(t *testing.T, mode string, seed uint64) *world {
	w := &world{
		t: t, seed: seed, dice: rand.New(rand.NewPCG(seed, 1)), mode: mode,
		holders: make(map[string]*holder), known: make(map[string]bool), guests: make(map[string]bool), tokens: make(map[*browser]map[string]string),
	}
	w.clock.Store(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC).UnixMicro())
	var err error
	w.store, err = store.Open(t.Context(), store.Options{
		Dir: t.TempDir(), Entry: store.Entry{Join: mode, Proves: true},
		Now: w.now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.store.Close()) })
	for range 4 {
		b := &browser{t, auth.New(w.store, auth.Options{Join: mode}), map[string]string{}}
		w.browsers = append(w.browsers, b)
		w.tokens[b] = make(map[string]string)
	}
	return w
}

func (w *world) now() time.Time { return time.UnixMicro(w.clock.Load()).UTC() }

func (w *world) pass(d time.Duration) { w.clock.Add(d.Microseconds()) }

func (w *world) step() {
	w.pass(time.Second)
	b, email := pick(w, w.browsers), pick(w, addresses)
	switch w.dice.IntN(21) {
	case 0, 1, 2:
		w.join(b, auth.Evidence{Email: email, Invite: w.anInvite()}, proofNone)
	case 3, 4, 5:
		w.ask(b, email)
	case 6, 7, 8:
		w.tryMailed(b, email)
	case 9, 10:
		w.followLink(b)
	case 11:
		w.showCode(b)
	case 12, 13:
		w.tryDevice(b, email)
	case 14:
		w.signOut(b)
	case 15:
		w.prove(b)
	case 16:
		w.invite(b)
	case 17:
		w.operate(email)
	case 18:
		w.wait()
	case 19:
		w.endOthers(b)
	case 20:
		w.guest(b, email)
	}
	w.check()
}

// What a browser has shown, as the model sees it.
const (
	proofNone = iota
	proofWrong
	proofDevice
	proofMail
)

// join has a browser come in by some evidence, and the model decide what it earns by that.
func (w *world) join(b *browser, e auth.Evidence, shown int) (in bool) {
	w.log("join %d %s fresh=%v invite=%v shown=%d", slices.Index(w.browsers, b), e.Email, e.Fresh, e.Invite != "", shown)
	h := w.holders[e.Email]
	email := e.Email
	if e.Link != "" {
		e.Email = ""
	}
	answer := httptest.NewRecorder()
	came, err := b.auth.Join(answer, b.request("/join"), e)
	b.keep(answer)
	here := false
	if h != nil {
		_, here = h.in[b]
	}
	inv := w.invited(e.Invite)
	first := true
	for id := range w.known {
		afresh := h != nil && id == h.id && shown == proofMail && e.Fresh
		first = first && (w.guests[id] || afresh)
	}
	var want error
	newcomer := !h.held(w.now()) || shown == proofMail && e.Fresh && !h.proven && !here
	switch {
	case h != nil && h.banned.After(w.now()):
		want = store.ErrBanned
	case shown == proofWrong:
		want = store.ErrWrongCode
	case newcomer && inv == nil && (e.Invite != "" || w.mode == store.JoinInvite && !first):
		want = store.ErrUninvited
	case shown != proofMail && w.mode == store.JoinVerified && (newcomer || !h.proven):
		want = store.ErrUnproven
	case !newcomer && shown == proofNone && !here:
		want = store.ErrHeld
	}
	if want != nil {
		w.fail(errors.Is(err, want) || e.Link != "" && want == store.ErrWrongCode && errors.Is(err, store.ErrNotFound), "want %v, got %v", want, err)
		return false
	}
	w.fail(err == nil, "%v", err)
	id := came.Session.User.ID
	switch {
	case newcomer:
		w.fail(!w.known[id], "who is new here was somebody before")
		if h != nil {
			w.lose(h)
		}
		w.known[id] = true
		h = &holder{id: id, email: email, proven: shown == proofMail, owner: first, in: map[*browser]bool{b: true}}
		w.holders[email] = h
	case shown == proofMail && !h.proven:
		w.verify(h, b)
		fallthrough
	default:
		if _, is := h.in[b]; !is {
			h.in[b] = false
		}
	}
	w.fail(id == h.id, "came in as %s instead of %s", id, h.id)
	if inv != nil && newcomer {
		inv.left--
	}
	w.tokens[b][id] = b.cookies["gochatting_"+id]
	return true
}

// verify closes an address: only the browsers stay that came from the one that is b.
func (w *world) verify(h *holder, b *browser) {
	h.proven = true
	if h.in[b] {
		return
	}
	for other := range h.in {
		if other != b {
			delete(h.in, other)
		}
	}
	w.dropDevices(h)
	w.dropInvites(h)
}

// check compares all browsers with the model. Each shows all cookies that it ever had.
func (w *world) check() {
	w.pass(time.Second) // so that a new session has been used
	for i, b := range w.browsers {
		earned := make(map[string]bool)
		for _, h := range w.holders {
			if _, in := h.in[b]; in {
				earned[h.id] = true
			}
		}
		r := b.request("/")
		r.Header.Del("Cookie")
		for id, token := range w.tokens[b] {
			r.Header.Add("Cookie", "gochatting_"+id+"="+token)
		}
		people, err := b.auth.People(r)
		w.fail(err == nil, "%v", err)
		is := make(map[string]bool)
		for _, s := range people {
			is[s.User.ID] = true
			h := w.holders[s.User.Email]
			w.fail(h != nil && h.id == s.User.ID && h.proven == s.User.Verified, "browser %d: %+v is not how they stand", i, s.User)
		}
		w.fail(maps.Equal(earned, is), "browser %d is %v and has earned %v", i, is, earned)
	}
}

// lose takes an address from its user.
func (w *world) lose(h *holder) {
	delete(w.holders, h.email)
	h.in = nil
	w.dropDevices(h)
	w.dropInvites(h)
}

func (w *world) loseIfUnheld(h *holder) {
	if !h.held(w.now()) {
		w.lose(h)
	}
}

func (w *world) dropDevices(h *holder) {
	for _, d := range w.devices {
		d.dead = d.dead || d.of == h
	}
}

func (w *world) dropInvites(h *holder) {
	w.invites = slices.DeleteFunc(w.invites, func(i *invite) bool { return i.by == h })
}

// whom is somebody whom a browser is, nil for nobody.
func (w *world) whom(b *browser) *holder {
	for _, i := range w.dice.Perm(len(addresses)) {
		if h := w.holders[addresses[i]]; h != nil {
			if _, in := h.in[b]; in {
				return h
			}
		}
	}
	return nil
}

func (w *world) aMail() *mailed {
	if len(w.mails) == 0 {
		return nil
	}
	return w.mails[max(0, len(w.mails)-1-w.dice.IntN(6))]
}

// anInvite is the secret of one, or of none, or none at all.
func (w *world) anInvite() string {
	switch n := w.dice.IntN(6); {
	case n < 3 && len(w.invites) > 0:
		return pick(w, w.invites).secret
	case n == 3:
		return "made up"
	}
	return ""
}

func (w *world) invited(secret string) *invite {
	for _, i := range w.invites {
		if i.secret == secret && i.left > 0 {
			return i
		}
	}
	return nil
}

func (w *world) log(format string, args ...any) {
	w.did = append(w.did, fmt.Sprintf(format, args...))
}

func (w *world) fail(unless bool, format string, args ...any) {
	w.t.Helper()
	if !unless {
		w.t.Fatalf("-model.seed %d, after %d steps %q: %s", w.seed, len(w.did), w.did[max(0, len(w.did)-12):], fmt.Sprintf(format, args...))
	}
}

func pick[T any](w *world, of []T) T { return of[w.dice.IntN(len(of))] }
