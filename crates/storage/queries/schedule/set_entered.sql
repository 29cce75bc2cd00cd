UPDATE owner SET entered = 1
