//! Key pairs made for these tests, one for each kind of signature: the private key as DER in base64, and its public key.

/// Ed25519, PKCS#8.
pub const ED_DER: &str = "MC4CAQAwBQYDK2VwBCIEIJC1+MDXL1fNsz2eEcpgm3Z5YXENqzEojIZMWZ+Kfm5v";
/// Its public key.
pub const ED_X: &str = "E2HgGDVgwcajJavst0yk6xUMBnaG7CepFo3Vl6j15L8";
/// P-256, PKCS#8.
pub const EC_DER: &str = concat!(
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgu4vbuy0nks+jy5D1XEWB07rdYguiebIT1xAKK7JnOsuhRANCAART",
    "p99zFEnJNck8PRgPOf8Fig9dlGjfRG+xXCE5dR5zLeZxaczNwGexziKYOWnGRst17n2wE8Dr++1bdboOhLj1",
);
/// Its public key.
pub const EC_XY: (&str, &str) =
    ("U6ffcxRJyTXJPD0YDzn_BYoPXZRo30RvsVwhOXUecy0", "5nFpzM3AZ7HOIpg5acZGy3XufbATwOv77Vt1ug6EuPU");
/// RSA of 2048 bits, PKCS#1.
pub const RSA_DER: &str = concat!(
    "MIIEowIBAAKCAQEAxYB3DZ3d6vnYwSQZ92ieRr1NY5cagUa9IAaCxfp7f8jlXzpY6OJlhz0eVaJ2TWfu03kcYWPWfnQzLVBhwAVZ",
    "X3aQIIehkwlm8IVIIBB2alHH4i96izYdsBehKRhlRmAkkc39eemsheVce0V6f0gXsr30SOslC/l6heD9O0m02FSqx9YE1Uo/YOjM",
    "GjsBlLOHEBX7qCyY+ewOIUNf1qB6IZqfIfLRT4CNwiXo9truRjQ1p3orkEwi/QKvTKsOXKtV9DDwJ6wcEJGbiem6+k/jUFvrJhf5",
    "bZWk2YEZD3pQnHSiQPZ81dfPBiPkjiUF0CwC8f4Mlalkz6SQo+bIPlDQ9wIDAQABAoIBAAZjAs3amr4P2DmHzQUqIOGhYLT5zhWS",
    "xv+MLCvPQ+BQrsYxcSiDhbrluB9z/hgzt7cyhzO9absoT3MuXiFpB/a2vsZVElHx5AcTan2K9Oz9tCEYUjvw4DL9GKFnQyYPUzsO",
    "MHqlA4bqNwIsmGswqCJwpGKlRu3q+bsF9fpwV4TYPv0g/BD1JCFC57ieRw+WImgZ0Fu4bPivGuA7z8zFuG9zY7MIEgfLVK6VZCXB",
    "Y4GtoTo6a+oKftOjeEbccZX58tkuj6HVLN+EsLE/MxbLJtRhsR0MaM2mjaxcCKvF8pt2dbdHp7UBmhY/NYgbhFcygwM1PgvyoFiD",
    "3OnNUgdEEJ0CgYEA5MCouI/x4pArGb0+5TPiR+uGugRAi7FzJq3seXGXdJVEP+5yu0vvYD3SuJssBQJBXyPhN6ViFE3X/RuEBmbG",
    "75bElsMBV1oZFDI0veMMDnFf5dWEROIuwnAWW5cdqFB/75J5pNzNWH5iXfdN+rF7N0WMq4jlfK5coix3QgFMUGUCgYEA3Qbgz+Ho",
    "MfZBD9UoeEkbdWql686OLA+scVmz+90icKp5fmLtu0rXUVvnueFgGaVpmxsz7iKSlfqT2JpSD92dL47tNX9XfqxMzxRiFAPZOMkG",
    "XwTUxqadPaeGFGeJDAiZj0KXNg6XuEbX0/Jbc0+3uhO8CYXfc18V6kd8PTmFECsCgYEAjhzu9PJgeLvOOwhqKaTpIHs/URNRMjgE",
    "7PPCZNRgHoqZQwqVdqy/Q1BFOHEWkOoMyNmWkqaJX0nZNKLCi+OQFcrZyTvO+oC78eMbBxkmJVbkF/plWRIXsK5IBZDFWQrh4Glk",
    "bzrJy/+AhxYb+PIINZdcxDihMat1Wz86u+PokE0CgYB2pXaQoQfvqe0K/rWWvEfNI86lYl/XLyK2RhzjmrUeHaTSP3C2FVq4BcnC",
    "ckUP/0dNR7D8p/pgH/61S0G52pDCMssK6KyjBwLENoDflaFJZj/RSdqeOFo3+nFzCpD6sLMdv/VDw1mWRhEdaP/GSoipjmZmBkMI",
    "v4YYGP+MLhBLuQKBgD4v3e9T6oYWXqEKc9q9Bo3iOzuIOJi6pQenwU5/XCwssy2gTnkTcvIBi187BLAlmNi0AwOVT7aEvBBVn94R",
    "JHcMBZDABrOnQ1uJyhbFh+knvTibByXuHGg9MJ388oo0QEjvnwAZK2fapu6zy7RMew5M/wyeDO6PRbVkfeBDmQRB",
);
/// Its modulus; the exponent is 65537.
pub const RSA_N: &str = concat!(
    "xYB3DZ3d6vnYwSQZ92ieRr1NY5cagUa9IAaCxfp7f8jlXzpY6OJlhz0eVaJ2TWfu03kcYWPWfnQzLVBhwAVZX3aQIIehkwlm8IVI",
    "IBB2alHH4i96izYdsBehKRhlRmAkkc39eemsheVce0V6f0gXsr30SOslC_l6heD9O0m02FSqx9YE1Uo_YOjMGjsBlLOHEBX7qCyY",
    "-ewOIUNf1qB6IZqfIfLRT4CNwiXo9truRjQ1p3orkEwi_QKvTKsOXKtV9DDwJ6wcEJGbiem6-k_jUFvrJhf5bZWk2YEZD3pQnHSi",
    "QPZ81dfPBiPkjiUF0CwC8f4Mlalkz6SQo-bIPlDQ9w",
);
