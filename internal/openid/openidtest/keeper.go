package openidtest

import (
	"context"

	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// A keeper is the storage of the library's own example, with what the Server is told on top.
type keeper struct {
	*storage.Storage
	server *Server
}

func (k *keeper) CreateAuthRequest(ctx context.Context, asked *oidc.AuthRequest, user string) (op.AuthRequest, error) {
	if asked.CodeChallenge == "" || asked.CodeChallengeMethod != oidc.CodeChallengeMethodS256 {
		return nil, oidc.ErrInvalidRequest().WithDescription("PKCE with S256 is asked for here")
	}
	k.server.mu.Lock()
	if k.server.nonce != "" {
		asked.Nonce = k.server.nonce
	}
	k.server.mu.Unlock()
	return k.Storage.CreateAuthRequest(ctx, asked, user)
}

func (k *keeper) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	c, err := k.Storage.GetClientByClientID(ctx, id)
	k.server.mu.Lock()
	defer k.server.mu.Unlock()
	return client{c, k.server.inToken}, err
}

type client struct {
	op.Client
	inToken bool
}

func (c client) IDTokenUserinfoClaimsAssertion() bool { return c.inToken }

// password is everybody's.
const password = "sesame"

// people are everybody: a user's id is their address.
type people struct{ server *Server }

func (p people) GetUserByID(email string) *storage.User {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	return &storage.User{ID: email, Username: email, Password: password, Email: email, EmailVerified: !p.server.doubted[email]}
}

func (p people) GetUserByUsername(email string) *storage.User { return p.GetUserByID(email) }
func (p people) ExampleClientID() string                      { return storage.ServiceUserID }
