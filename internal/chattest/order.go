package chattest

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/stretchr/testify/require"
)

// MakeRole has an owner make somebody something else.
func (p *Person) MakeRole(of *Person, role string) {
	p.T.Helper()
	require.Equal(p.T, http.StatusOK, p.Patch("/api/v1/users/"+of.Me.ID, fmt.Sprintf(`{"Role":%q}`, role), nil))
}

// An Invitation is what POST invitations answers.
type Invitation struct {
	Invitation struct{ ID, Role string }
	Link       string
	QR         []string
}

// Invite makes an invitation into a room, for a day.
func (p *Person) Invite(room, role string, uses int) (made Invitation) {
	p.T.Helper()
	body := fmt.Sprintf(`{"Room":%q,"Role":%q,"Hours":24,"Uses":%d}`, room, role, uses)
	require.Equal(p.T, http.StatusCreated, p.Post("/api/v1/invitations", body, &made))
	return made
}

// AddDevice is the same person in a browser more, let in by a code that this one shows.
func (p *Person) AddDevice() *Person {
	p.T.Helper()
	var made struct{ Code string }
	require.Equal(p.T, http.StatusCreated, p.Post("/api/v1/me/devices", "", &made))
	other := Visitor(p.T, p.Base)
	status, _ := other.Submit("/join", url.Values{"email": {p.Me.Email}, "code": {made.Code}})
	require.Equal(p.T, http.StatusSeeOther, status)
	require.Equal(p.T, http.StatusOK, other.Get("/api/v1/me", &other.Me))
	return other
}
