package gravatar

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOneQuestionForMany(t *testing.T) {
	f := newFake(t)
	avatars, letAvatars := held(body("image/png", asPNG(t, plain(80, 80, red))))
	profiles, letProfiles := held(named("Ann"))
	f.serve(avatars, profiles)
	c := f.client(t)

	// These are waiting before anything is answered …
	begun := c.pictures.begin(Hash(ann))
	for range 50 {
		require.Same(t, begun, c.pictures.begin(Hash(ann)))
	}
	// … and these come whenever they come.
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			if i%2 == 0 {
				assert.False(t, c.Picture(t.Context(), ann, "seed", 80).Drawn)
				return
			}
			p, err := c.Look(t.Context(), ann)
			assert.NoError(t, err)
			assert.Equal(t, "Ann", p.Name)
			assert.NotEmpty(t, p.Picture)
		})
	}
	letAvatars()
	letProfiles()
	all.Wait()
	assert.Equal(t, 1, f.count("/avatar/"))
	assert.Equal(t, 1, f.count("/v3/"))
}

func TestOneWhoLeavesTakesNobodyAlong(t *testing.T) {
	f := newFake(t)
	profiles, release := held(named("Ann"))
	f.serve(http.NotFound, profiles)
	c := f.client(t)

	gone, leave := context.WithCancel(t.Context())
	leave()
	p, err := c.Look(gone, ann)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, p)

	release()
	p, err = c.Look(t.Context(), ann)
	require.NoError(t, err)
	assert.Equal(t, "Ann", p.Name)
	assert.Equal(t, 1, f.count("/v3/"), "it is the question of who left that was answered")
}

func TestStaleIsServedAndRefreshedBehind(t *testing.T) {
	f := newFake(t)
	f.serve(body("image/png", asPNG(t, plain(80, 80, red))), named("Ann"))
	c := f.client(t)
	clock := stop(c)
	_, err := c.Look(t.Context(), ann)
	require.NoError(t, err)
	old := c.Picture(t.Context(), ann, "seed", 80)
	require.False(t, old.Drawn)
	assert.Equal(t, time.Hour, old.MaxAge)

	clock.pass(day)
	avatars, release := held(body("image/png", asPNG(t, plain(80, 80, green))))
	f.serve(avatars, named("Ann Lee"))
	stale := c.Picture(t.Context(), ann, "seed", 80) // would wait for a minute if it did
	assert.Equal(t, old.Data, stale.Data)
	assert.Less(t, stale.MaxAge, time.Minute, "another comes soon")

	release()
	p, err := c.Look(t.Context(), ann)
	require.NoError(t, err)
	assert.Equal(t, "Ann Lee", p.Name)
	assert.NotEqual(t, old.Data, c.Picture(t.Context(), ann, "seed", 80).Data)
	assert.Equal(t, 2, f.count("/avatar/"))
}

// What was heard before somebody else heard something newer is shown, and asked for again.
func TestExpiredIsRefreshedBehind(t *testing.T) {
	f := newFake(t)
	f.serve(body("image/png", asPNG(t, plain(80, 80, red))), named("Ann"))
	c := f.client(t)
	clock := stop(c)
	known, err := c.Look(t.Context(), ann)
	require.NoError(t, err)
	heard := clock.now()
	assert.Equal(t, heard, known.At)
	old := c.Picture(t.Context(), ann, "seed", 80)

	clock.pass(soon)
	c.Expire(ann, clock.now())
	assert.Equal(t, time.Hour, c.Picture(t.Context(), ann, "seed", 80).MaxAge, "it is too young to be asked for again")
	clock.pass(time.Second)
	c.Expire(ann, heard)
	assert.Equal(t, time.Hour, c.Picture(t.Context(), ann, "seed", 80).MaxAge, "nobody has heard anything since")

	f.serve(body("image/png", asPNG(t, plain(80, 80, green))), named("Ann Lee"))
	c.Expire(ann, clock.now())
	stale := c.Picture(t.Context(), ann, "seed", 80)
	assert.Equal(t, old.Data, stale.Data)
	assert.Less(t, stale.MaxAge, time.Minute)
	p, err := c.Look(t.Context(), ann)
	require.NoError(t, err)
	assert.Equal(t, Profile{Name: "Ann Lee", Picture: p.Picture, At: clock.now()}, p)
	assert.NotEqual(t, known.Picture, p.Picture)
	assert.Equal(t, 2, f.count("/avatar/"))
}

func TestStaleIsBetterThanNothing(t *testing.T) {
	f := newFake(t)
	f.serve(body("image/png", asPNG(t, plain(80, 80, red))), named("Ann"))
	c := f.client(t)
	clock := stop(c)
	known, err := c.Look(t.Context(), ann)
	require.NoError(t, err)

	clock.pass(30 * day)
	f.serve(body("image/png", []byte("<html>")), status(http.StatusBadGateway))
	p, err := c.Look(t.Context(), ann)
	assert.ErrorContains(t, err, "502")
	assert.ErrorIs(t, err, errUnusable)
	assert.Equal(t, known, p)
	assert.False(t, c.Picture(t.Context(), ann, "seed", 80).Drawn)
}

func TestAFailureIsNotAskedForAgainAtOnce(t *testing.T) {
	f := newFake(t)
	f.serve(http.NotFound, status(http.StatusInternalServerError))
	c := f.client(t)
	clock := stop(c)
	_, err := c.Look(t.Context(), ann)
	require.Error(t, err)

	f.serve(http.NotFound, named("Ann"))
	_, err = c.Look(t.Context(), ann)
	var later *Later
	require.ErrorAs(t, err, &later)
	assert.Equal(t, clock.now().Add(again), later.At)
	assert.Equal(t, 1, f.count("/v3/"))

	p, err := c.Look(t.Context(), ben)
	require.NoError(t, err, "others are")
	assert.Equal(t, "Ann", p.Name)

	clock.pass(again)
	p, err = c.Look(t.Context(), ann)
	require.NoError(t, err)
	assert.Equal(t, "Ann", p.Name)
}

func TestRateLimitIsObeyed(t *testing.T) {
	f := newFake(t)
	c := f.client(t)
	clock := stop(c)
	clock.pass(-day)
	f.serve(body("image/png", asPNG(t, plain(80, 80, red))), named("Ann"))
	_, err := c.Look(t.Context(), ann)
	require.NoError(t, err)
	clock.pass(day)

	reset := clock.now().Add(time.Hour).Truncate(time.Second)
	f.serve(body("image/png", asPNG(t, plain(80, 80, red))), func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-RateLimit-Reset", fmt.Sprint(reset.Unix()))
		w.WriteHeader(http.StatusTooManyRequests)
	})
	asked := f.count("/v3/")
	for _, email := range []string{ben, "cleo@example.com", ann} {
		p, err := c.Look(t.Context(), email)
		var later *Later
		require.ErrorAs(t, err, &later)
		assert.True(t, reset.Equal(later.At))
		assert.NotEmpty(t, p.Picture, "pictures are not limited")
		if email == ann {
			assert.Equal(t, "Ann", p.Name)
		}
	}
	assert.Equal(t, asked+1, f.count("/v3/"), "one 429 goes for all")

	f.serve(http.NotFound, named("Ben"))
	clock.pass(time.Hour)
	p, err := c.Look(t.Context(), ben)
	require.NoError(t, err)
	assert.Equal(t, "Ben", p.Name)
}

func TestADeadUpstreamIsLeftAlone(t *testing.T) {
	f := newFake(t)
	c := f.client(t)
	clock := stop(c)
	f.Close()
	for i := range tolerated {
		p, err := c.Look(t.Context(), fmt.Sprint(i, ann))
		assert.ErrorIs(t, err, syscall.ECONNREFUSED)
		assert.Zero(t, p)
	}
	_, err := c.Look(t.Context(), ann)
	var later *Later
	require.ErrorAs(t, c.pictures.begin(Hash(ann)).err, &later)
	assert.Equal(t, clock.now().Add(rest), later.At)
	assert.Error(t, err)
}

// What is queued when upstream dies does not go on knocking.
func TestTheQueueSeesThatUpstreamIsDead(t *testing.T) {
	f := newFake(t)
	avatars, release := held(status(http.StatusInternalServerError))
	f.serve(avatars, http.NotFound)
	c := f.client(t)
	var queue []*flight
	for i := range 50 {
		queue = append(queue, c.pictures.begin(Hash(fmt.Sprint(i))))
	}
	release()
	for _, flight := range queue {
		_, err := flight.wait(t.Context())
		assert.Error(t, err)
	}
	assert.LessOrEqual(t, f.count("/avatar/"), cap(c.pictures.slots)+tolerated)
}

// With patience for a minute, this test would not end if anybody waited.
func TestNobodyWaitsForADeadUpstream(t *testing.T) {
	f := newFake(t)
	f.serve(status(http.StatusServiceUnavailable), http.NotFound)
	c := f.client(t)
	clock := stop(c)
	for i := range tolerated {
		c.Picture(t.Context(), fmt.Sprint(i, ann), "seed", 80)
	}
	f.serve(hung, http.NotFound)
	c.patience = time.Hour
	pic := c.Picture(t.Context(), ben, "seed", 80)
	assert.True(t, pic.Drawn)
	assert.Less(t, pic.MaxAge, time.Minute)
	assert.Equal(t, tolerated, f.count("/avatar/"))

	// After the pause one tries, and when that is well all go on.
	f.serve(body("image/png", asPNG(t, plain(80, 80, red))), http.NotFound)
	clock.pass(rest)
	assert.False(t, c.Picture(t.Context(), ben, "seed", 80).Drawn)
	assert.False(t, c.Picture(t.Context(), ann, "seed", 80).Drawn)
}

func TestASlowUpstreamIsWaitedForOnce(t *testing.T) {
	f := newFake(t)
	avatars, release := held(body("image/png", asPNG(t, plain(80, 80, red))))
	f.serve(avatars, http.NotFound)
	c := f.client(t)
	c.patience = time.Millisecond
	assert.True(t, c.Picture(t.Context(), ann, "seed", 80).Drawn)

	c.patience = time.Hour
	assert.True(t, c.Picture(t.Context(), ben, "seed", 80).Drawn)
	assert.True(t, c.Picture(t.Context(), ann, "seed", 80).Drawn)

	release()
	for _, email := range []string{ann, ben} {
		_, err := c.Look(t.Context(), email)
		require.NoError(t, err)
		assert.False(t, c.Picture(t.Context(), email, "seed", 80).Drawn)
	}
}

func TestOneWhoTurnsThePageSaysNothingOfUpstream(t *testing.T) {
	f := newFake(t)
	f.serve(hung, http.NotFound)
	c := f.client(t)
	gone, leave := context.WithTimeout(t.Context(), 0)
	defer leave()
	assert.True(t, c.Picture(gone, ann, "seed", 80).Drawn)
	assert.Zero(t, c.pictures.gate.slow)
}

func TestQuestionsAreFew(t *testing.T) {
	f := newFake(t)
	var mu sync.Mutex
	at, most := 0, 0
	full := make(chan struct{}, maxFlights)
	f.serve(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		at++
		most = max(most, at)
		mu.Unlock()
		full <- struct{}{}
		hung(w, r)
		mu.Lock()
		at--
		mu.Unlock()
	}, http.NotFound)
	c := f.client(t)
	for i := range maxFlights {
		c.pictures.begin(Hash(fmt.Sprint(i)))
	}
	assert.ErrorIs(t, c.pictures.begin(Hash(ann)).err, errBusy)
	assert.True(t, c.Picture(t.Context(), ann, "seed", 80).Drawn)
	for range cap(c.pictures.slots) {
		<-full
	}
	require.NoError(t, c.Close())
	mu.Lock()
	defer mu.Unlock()
	assert.Equal(t, cap(c.pictures.slots), most)
}

func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	f := newFake(t)
	reached := make(chan struct{}, 2)
	f.serve(func(w http.ResponseWriter, r *http.Request) { reached <- struct{}{}; hung(w, r) }, named("Ann"))
	c := f.client(t)
	flight := c.pictures.begin(Hash(ann))
	<-reached
	require.NoError(t, c.Close())
	_, err := flight.wait(t.Context())
	assert.ErrorIs(t, err, context.Canceled)

	c.pictures.begin(Hash(ben))
	assert.Empty(t, c.pictures.flights, "nothing begins any more")
	_, err = c.Look(t.Context(), ben)
	assert.ErrorIs(t, err, context.Canceled)
	assert.True(t, c.Picture(t.Context(), ben, "seed", 80).Drawn)
	require.NoError(t, c.Close())
}
