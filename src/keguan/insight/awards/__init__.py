"""What was awarded: public, told by nothing but what the notices already showed."""
