//! The three shapes that a contract is made of: closed lists of words, payloads, and kinds of payload.

/// A closed list of words: written and read as text, nothing else is accepted.
macro_rules! choices {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// Every choice, in the contract's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The choice that a word means, if it is one.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                // Not derived: serde_json would accept `{"word": null}` for a derived enum.
                d.deserialize_str($crate::scalar::Words(Self::parse))
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool { true }
            fn schema_name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": [$($text),+] })
            }
        }
    };
}

/// A payload's fields: the required ones, then in `? { … }` those that may be left out (but are never null).
macro_rules! fields {
    (
        $(#[$meta:meta])* $name:ident {
            $($(#[$rmeta:meta])* $required:ident: $rty:ty,)*
            $(? { $($(#[$ometa:meta])* $optional:ident: $oty:ty,)* })?
        }
    ) => {
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "camelCase")]
        $(#[$meta])*
        pub struct $name {
            $($(#[$rmeta])* pub $required: $rty,)*
            $($(
                $(#[$ometa])*
                #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::scalar::present")]
                pub $optional: Option<$oty>,
            )*)?
        }
    };
}

/// A payload of its own type: [`fields!`] plus the type that it belongs to.
macro_rules! payload {
    ($(#[$meta:meta])* $name:ident: $ty:ident { $($body:tt)* }) => {
        fields! { $(#[$meta])* $name { $($body)* } }
        impl $crate::Payload for $name {
            const TYPE: $crate::EventType = $crate::EventType::$ty;
        }
    };
    // With rules across fields: a function that adds faults.
    ($(#[$meta:meta])* $name:ident: $ty:ident, $rules:ident { $($body:tt)* }) => {
        fields! { $(#[$meta])* $name { $($body)* } }
        impl $crate::Payload for $name {
            const TYPE: $crate::EventType = $crate::EventType::$ty;
            fn rules(&self, faults: &mut Vec<$crate::Fault>) { $rules(self, faults); }
        }
    };
}

/// A type whose payload has the fields of another struct, which consumers can read for both.
macro_rules! kind_of {
    ($(#[$meta:meta])* $name:ident($fields:ident): $ty:ident $(, $rules:ident)?) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub $fields);

        impl $crate::Payload for $name {
            const TYPE: $crate::EventType = $crate::EventType::$ty;
            $(fn rules(&self, faults: &mut Vec<$crate::Fault>) { $rules(&self.0, faults); })?
        }

        impl From<$fields> for $name {
            fn from(fields: $fields) -> Self { Self(fields) }
        }
    };
}
